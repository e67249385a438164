"""Pictures of game trees: by matplotlib (.svg, .png, .pdf), or as TikZ code for a paper (.tex)."""

from __future__ import annotations

import io
from collections import Counter
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
MAX_DRAWN = 800  # nodes; of more nothing could be read
# of players here, of curves elsewhere: told apart by colour-blind readers, too (Okabe & Ito 2008)
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_LETTER, _LEVEL = 0.068, 1.0  # inches: of a letter, and between levels
_NARROWEST, _WIDEST = 0.4, 1.2  # inches between leaves
_DOTS = 150  # an inch; fewer where the picture would be too wide for those who read it
_MOST_DOTS = 20_000  # across a picture
_STEP, _ROOM = 0.09, 0.3  # levels: between the lines of sets that pass other nodes, and for all
_SHORT = 14  # letters of an information set's label that stands beside it
_AT_LABEL = 0.6  # of an edge, from above: where its label stands


@dataclass(frozen=True)
class Layout:
    """Where the nodes stand: leaves beside each other, all others above the middle of theirs.

    Attributes:
        x: of each node, in leaves.
        y: of each node, in levels below the root.
        lines: one for each information set of several nodes.
    """

    x: list[float]
    y: list[int]
    lines: list[SetLine]


@dataclass(frozen=True)
class SetLine:
    """The line that joins the nodes of an information set.

    Attributes:
        player: who moves there.
        label: of the set.
        nodes: those that it joins, from left to right.
        points: of the line, (x, y) each: it begins and ends at nodes, and comes to all of them.
    """

    player: int
    label: str
    nodes: list[int]
    points: list[tuple[float, float]]


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
    joined = {key: sorted(own, key=x.__getitem__) for key, own in sets.items() if len(own) > 1}
    y = _levels(game, list(joined.values()))
    return Layout(x, y, _lines(game, x, y, joined))


def _levels(game: ExtensiveGame, joined: list[list[int]]) -> list[int]:
    """As few as can be, with all nodes of a set on one; by depth where that cannot be (Jakobsen,
    Sorensen & Conitzer 2016, Timeability of extensive-form games)."""
    together = {node: nodes for nodes in joined for node in nodes}
    levels: list[int] = game.depth.tolist()
    for _ in range(game.num_nodes):
        before = list(levels)
        for node in range(1, game.num_nodes):
            levels[node] = max(levels[node], levels[int(game.parent[node])] + 1)
        for nodes in together.values():
            lowest = max(levels[node] for node in nodes)
            for node in nodes:
                levels[node] = lowest
        if levels == before:
            return levels
        if max(levels) > 2 * game.num_nodes:
            break
    return list(game.depth.tolist())


def _lines(
    game: ExtensiveGame, x: list[float], y: list[int], joined: dict[tuple[int, int], list[int]]
) -> list[SetLine]:
    """Lines along a level leave it where they would pass other nodes; below it, since names stand
    above, but above it where leaves stand between, since payoffs stand below."""
    ways = {key: _way(game, x, y, nodes) for key, nodes in joined.items()}
    leaving = Counter((y[joined[key][0]], way) for key, way in ways.items() if way)
    used: Counter[tuple[int, int]] = Counter()
    lines = []
    for (player, place), nodes in joined.items():
        level, way = y[nodes[0]], ways[player, place]
        points = [(x[node], float(y[node])) for node in nodes]
        if way:
            used[level, way] += 1
            step = min(_STEP, _ROOM / leaving[level, way])
            beside = level + way * (_STEP + step * used[level, way])
            points = [(x[node], at) for node in nodes for at in (beside, level, beside)][1:-1]
        elif any(y[node] != level for node in nodes):
            points = _bent(points)
        lines.append(SetLine(player, game.sets[player][place].label, nodes, points))
    return lines


def _way(game: ExtensiveGame, x: list[float], y: list[int], nodes: list[int]) -> int:
    """1 if a line leaves its level downwards, -1 upwards, 0 if it does not."""
    level = y[nodes[0]]
    if any(y[node] != level for node in nodes):
        return 0
    passed = [
        int(game.mover[node])
        for node in range(game.num_nodes)
        if y[node] == level and x[nodes[0]] < x[node] < x[nodes[-1]] and node not in nodes
    ]
    if all(mover == LEAF for mover in passed):
        return 0
    return -1 if LEAF in passed else 1


def _bent(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Through points on several levels, in arcs, so as not to run along edges."""
    bent = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        for k in range(1, 9):
            t = k / 8
            out = 0.5 * t * (1 - t)
            bent.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0) - out))
    return bent


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
    for line in where.lines:
        lines += [
            rf"\draw[dashed] (n{one}) to[bend left=12] (n{other});"
            for one, other in pairwise(line.nodes)
        ]
    return "\n".join([*lines, r"\end{tikzpicture}", ""])


def _picture(game: ExtensiveGame, where: Layout, form: str) -> bytes:
    optional("matplotlib", "plots")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = max(game.num_leaves * _between_leaves(game, where), 3.0) + 1
    figure = Figure(figsize=(width, (max(where.y) + 1.4) * _LEVEL), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.axis("off")
    axes.set_ylim(max(where.y) + 0.6, -0.5)
    for node in range(1, game.num_nodes):
        before = int(game.parent[node])
        xs, ys = (where.x[before], where.x[node]), (where.y[before], where.y[node])
        axes.plot(xs, ys, color="0.6", linewidth=1, zorder=1)
        axes.annotate(
            _label(game, node),
            (xs[0] + _AT_LABEL * (xs[1] - xs[0]), ys[0] + _AT_LABEL * (ys[1] - ys[0])),
            ha="center",
            va="center",
            fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            zorder=2,
        )
    for line in where.lines:
        colour = _colour(line.player)
        axes.plot(*zip(*line.points, strict=True), "--", color=colour, linewidth=1, zorder=1.5)
        if len(line.label) <= _SHORT:
            axes.annotate(
                line.label,
                (where.x[line.nodes[0]], where.y[line.nodes[0]]),
                xytext=(-7, -5),
                textcoords="offset points",
                ha="right",
                va="top",
                fontsize=7,
                style="italic",
                color=colour,
            )
    for node, mover in enumerate(game.mover.tolist()):
        x, y, place = where.x[node], where.y[node], int(game.place[node])
        if mover == LEAF:
            paid = "\n".join(format_number(own[place]) for own in game.payoffs)
            axes.annotate(
                paid,
                (x, y),
                xytext=(0, -3),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=8,
            )
            continue
        shape, colour = ("s", "black") if mover == CHANCE else ("o", _colour(mover))
        axes.plot([x], [y], shape, color=colour, markersize=7, zorder=3)
        who = "chance" if mover == CHANCE else game.players[mover]
        left = node > 0 and x < where.x[int(game.parent[node])]  # the edge comes from the right
        axes.annotate(
            who,
            (x, y),
            xytext=(-5 if left else 5, 4) if node else (0, 6),
            textcoords="offset points",
            ha=("right" if left else "left") if node else "center",
            va="bottom",
            fontsize=8,
            color=colour,
            zorder=4,
        )
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=min(_DOTS, _MOST_DOTS / width))
    return out.getvalue()


def _between_leaves(game: ExtensiveGame, where: Layout) -> float:
    """Inches, so that what stands beside each other does not overlap."""
    needed = [_NARROWEST]
    for before in range(game.num_nodes):
        below = [node for node in range(1, game.num_nodes) if int(game.parent[node]) == before]
        for one, other in pairwise(below):
            letters = (len(_label(game, one)) + len(_label(game, other))) / 2 + 1
            apart = _AT_LABEL * (where.x[other] - where.x[one])
            needed.append(letters * _LETTER / apart)
    paid = (format_number(own[k]) for own in game.payoffs for k in range(game.num_leaves))
    needed.append((max(map(len, paid)) + 1) * _LETTER)
    return min(max(needed), _WIDEST)


def _label(game: ExtensiveGame, node: int) -> str:
    """The move that leads to a node, of chance with its probability."""
    before, label = int(game.parent[node]), game.last_move(node)
    if game.mover[before] != CHANCE:
        return label
    probability = game.chance[int(game.place[before])].probabilities[int(game.move[node])]
    return f"{label} ({format_number(probability)})"


def _colour(player: int) -> str:
    return COLOURS[player % len(COLOURS)]
