"""Pictures of game trees: by matplotlib (.svg, .png, .pdf), or as TikZ code for a paper (.tex)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gtlearn.errors import InputError
from gtlearn.files import require_replaceable, write_whole
from gtlearn.games.kinds.extensive import ExtensiveGame
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.games.labels import latex_escape
from gtlearn.games.numbers import format_number
from gtlearn.optional import optional

SUFFIXES = (".svg", ".png", ".pdf", ".tex")
MAX_DRAWN = 400  # nodes; of more nothing could be read
# of players here, of curves elsewhere: told apart by colour-blind readers, too (Okabe & Ito 2008)
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_LEAF, _LEVEL = 0.75, 1.0  # inches between leaves, and between levels
_STEP = 0.1  # levels between the lines of information sets that pass other nodes


@dataclass(frozen=True)
class Layout:
    """Where the nodes stand: leaves beside each other, all others above the middle of theirs.

    Attributes:
        x: of each node, in leaves.
        y: of each node, in levels below the root.
        joined: for each information set of several nodes, its player, its label, its nodes.
    """

    x: list[float]
    y: list[int]
    joined: list[tuple[int, str, list[int]]]


def layout(game: ExtensiveGame) -> Layout:
    """Where the nodes of a tree stand.

    Raises:
        InputError: if the tree is too large to be drawn.
    """
    if game.num_nodes > MAX_DRAWN:
        raise InputError(
            f"{game.name} has {game.num_nodes} nodes, and at most {MAX_DRAWN} can be drawn; draw a "
            "smaller game"
        )
    x = [0.0] * game.num_nodes
    spans: dict[int, list[float]] = {}
    leaf = game.num_leaves
    for node in range(game.num_nodes - 1, -1, -1):
        if game.mover[node] == LEAF:
            leaf -= 1
            x[node] = float(leaf)
        else:
            x[node] = sum(spans[node]) / 2
        if node:
            span = spans.setdefault(int(game.parent[node]), [x[node], x[node]])
            span[0] = x[node]  # the nodes come from the right
    sets: dict[tuple[int, int], list[int]] = {}
    for node, mover in enumerate(game.mover.tolist()):
        if mover >= 0:
            sets.setdefault((mover, int(game.place[node])), []).append(node)
    joined = [
        (player, game.sets[player][place].label, nodes)
        for (player, place), nodes in sets.items()
        if len(nodes) > 1
    ]
    return Layout(x, game.depth.tolist(), joined)


def draw(game: ExtensiveGame, path: Path) -> None:
    """Draws a tree to a file, in the format of its suffix: .svg, .png, .pdf or .tex.

    Players have colours, moves of chance are squares, nodes that a player cannot tell apart are
    joined by a dashed line, and leaves say what they pay.

    Raises:
        InputError: if the suffix is another one, the tree is too large, matplotlib is missing (for
            all but .tex), or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"a tree is drawn as {', '.join(SUFFIXES)}; name such a file")
    require_replaceable(path)
    where = layout(game)
    data = tikz(game, where).encode() if suffix == ".tex" else _picture(game, where, suffix[1:])
    write_whole(path, data)


def tikz(game: ExtensiveGame, where: Layout) -> str:
    """The tree as a tikzpicture, which needs the package tikz alone."""
    lines = [r"\begin{tikzpicture}[x=1.6cm, y=-1.6cm, every node/.style={font=\small}]"]
    for node in range(game.num_nodes):
        mover, place = int(game.mover[node]), int(game.place[node])
        at = f"({where.x[node]:g},{where.y[node]})"
        if mover == LEAF:
            paid = ", ".join(format_number(own[place]) for own in game.payoffs)
            lines.append(rf"\node (n{node}) at {at} [below] {{$({paid})$}};")
        else:
            shape = "rectangle" if mover == CHANCE else "circle"
            who = "" if mover == CHANCE else latex_escape(game.players[mover])
            style = f"[draw, fill=black, {shape}, inner sep=1.5pt, label=above:{{{who}}}]"
            lines.append(rf"\node (n{node}) at {at} {style} {{}};")
    for node in range(1, game.num_nodes):
        label = latex_escape(_label(game, node))
        side = "left" if where.x[node] <= where.x[int(game.parent[node])] else "right"
        lines.append(rf"\draw (n{int(game.parent[node])}) -- node[{side}] {{{label}}} (n{node});")
    for _, _, nodes in where.joined:
        lines += [
            rf"\draw[dashed] (n{one}) to[bend left=12] (n{other});"
            for one, other in pairwise(nodes)
        ]
    return "\n".join([*lines, r"\end{tikzpicture}", ""])


def _picture(game: ExtensiveGame, where: Layout, form: str) -> bytes:
    optional("matplotlib", "plots")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = max(game.num_leaves * _LEAF, 3.0)
    figure = Figure(figsize=(width, (max(where.y) + 1.2) * _LEVEL), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.axis("off")
    axes.set_ylim(max(where.y) + 0.5, -0.5)
    for node in range(1, game.num_nodes):
        before = int(game.parent[node])
        xs, ys = (where.x[before], where.x[node]), (where.y[before], where.y[node])
        axes.plot(xs, ys, color="0.6", linewidth=1, zorder=1)
        axes.annotate(
            _label(game, node),
            (xs[0] + 0.6 * (xs[1] - xs[0]), ys[0] + 0.6),
            ha="center",
            fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            zorder=2,
        )
    beside: dict[int, int] = {}  # how many lines of a level pass others' nodes, so as not to meet
    for player, _, nodes in where.joined:
        level = where.y[nodes[0]]
        beside[level] = beside.get(level, 0) + _passes_others(game, where, nodes)
        low = level + _STEP * (beside[level] if _passes_others(game, where, nodes) else 0)
        points = [(where.x[node], level if end else low) for node in nodes for end in (0, 1, 0)]
        axes.plot(*zip(*points, strict=True), "--", color=_colour(player), linewidth=1, zorder=1)
    for node, mover in enumerate(game.mover.tolist()):
        x, y, place = where.x[node], where.y[node], int(game.place[node])
        if mover == LEAF:
            paid = "\n".join(format_number(own[place]) for own in game.payoffs)
            axes.annotate(paid, (x, y), ha="center", va="top", fontsize=8)
            continue
        shape, colour = ("s", "black") if mover == CHANCE else ("o", _colour(mover))
        axes.plot([x], [y], shape, color=colour, markersize=7, zorder=3)
        who = "chance" if mover == CHANCE else game.players[mover]
        axes.annotate(
            who, (x, y - 0.08), ha="center", va="bottom", fontsize=8, color=colour, zorder=4
        )
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=150)
    return out.getvalue()


def _passes_others(game: ExtensiveGame, where: Layout, nodes: list[int]) -> bool:
    """Whether other nodes of the level where somebody moves stand between those of a set."""
    xs = [where.x[node] for node in nodes]
    return any(
        min(xs) < x < max(xs)
        and y == where.y[nodes[0]]
        and node not in nodes
        and game.mover[node] != LEAF
        for node, (x, y) in enumerate(zip(where.x, where.y, strict=True))
    )


def _label(game: ExtensiveGame, node: int) -> str:
    """The move that leads to a node, of chance with its probability."""
    before, label = int(game.parent[node]), game.last_move(node)
    if game.mover[before] != CHANCE:
        return label
    probability = game.chance[int(game.place[before])].probabilities[int(game.move[node])]
    return f"{label} ({format_number(probability)})"


def _colour(player: int) -> str:
    return COLOURS[player % len(COLOURS)]
