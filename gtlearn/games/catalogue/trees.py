"""Game trees of economics and of equilibrium refinement."""

from __future__ import annotations

from fractions import Fraction

from gtlearn.errors import InputError
from gtlearn.games.catalogue.entry import Entry, check_nodes
from gtlearn.games.kinds.extensive.game import ExtensiveGame
from gtlearn.games.numbers import format_number
from gtlearn.games.trees import Node, tree

_MOST = 300_000  # nodes, which are built one by one before they are recorded
_CHO_KREPS = "Cho & Kreps (1987), Signaling Games and Stable Equilibria, Quarterly Journal of "
_SELTEN_1975 = (
    "Selten (1975), Reexamination of the Perfectness Concept for Equilibrium Points in Extensive "
    "Games, International Journal of Game Theory 4, Figure 1"
)


def _seen(node: Node) -> str:
    """The name of the information set of a node at which all is known."""
    return "/".join(node.path) or "start"


def _require(holds: bool, needs: str) -> None:
    if not holds:
        raise InputError(f"it needs {needs}")


def _require_periods(periods: int, discount: Fraction) -> None:
    _require(1 <= periods <= 30 and 0 <= discount <= 1, "1 to 30 periods and a discount of 0 to 1")


def _entry_deterrence(markets: int = 1) -> ExtensiveGame:
    """Each entrant sees all that was done in the markets before."""
    _require(1 <= markets <= 10, "1 to 10 markets")
    check_nodes(3 ** (markets + 1), _MOST)
    entrants = [f"Entrant {k + 1}" for k in range(markets)] if markets > 1 else ["Entrant"]
    game = tree("entry_deterrence", [*entrants, "Monopolist"])
    waiting: list[tuple[Node, list[int]]] = [(game.root, [])]
    paid = {"Out": (1, 5), "Accommodate": (2, 2), "Fight": (0, 0)}  # the entrant, the monopolist
    while waiting:
        node, outcome = waiting.pop()
        if len(outcome) == 2 * markets:
            node.pays(*outcome[::2], sum(outcome[1::2]))
            continue
        node.decides(entrants[len(outcome) // 2], _seen(node), ["In", "Out"])
        reply = node["In"].decides("Monopolist", _seen(node["In"]), ["Accommodate", "Fight"])
        ends = {"Out": node["Out"], "Accommodate": reply["Accommodate"], "Fight": reply["Fight"]}
        waiting += [(end, [*outcome, *paid[move]]) for move, end in ends.items()]
    return game.game()


def _ultimatum(pie: int = 4) -> ExtensiveGame:
    _require(1 <= pie <= 10**5, "a pie of 1 to 100000")
    game = tree("ultimatum", ["Proposer", "Responder"])
    offers = [str(offer) for offer in range(pie + 1)]
    game.root.decides("Proposer", "start", offers)
    for offer, label in enumerate(offers):
        answer = game.root[label].decides("Responder", label, ["Accept", "Reject"])
        answer["Accept"].pays(pie - offer, offer)
        answer["Reject"].pays(0, 0)
    return game.game()


def _alternating_offers(
    pie: int = 4, periods: int = 3, discount: Fraction = Fraction(1, 2)
) -> ExtensiveGame:
    """In period t the pie is worth discount^t of what it was in period 0."""
    _require_periods(periods, discount)
    _require(pie >= 1, "a pie of 1 or more")
    check_nodes(3 * (pie + 1) ** periods, _MOST)
    players = ("Player 1", "Player 2")
    game = tree("alternating_offers", players)
    offers = [str(offer) for offer in range(pie + 1)]
    waiting: list[tuple[Node, int]] = [(game.root, 0)]
    while waiting:
        node, period = waiting.pop()
        if period == periods:
            node.pays(0, 0)
            continue
        proposer = period % 2
        node.decides(players[proposer], _seen(node), offers)
        for offer, label in enumerate(offers):
            reply = node[label]
            reply.decides(players[1 - proposer], _seen(reply), ["Accept", "Reject"])
            shares = (pie - offer, offer) if proposer == 0 else (offer, pie - offer)
            reply["Accept"].pays(*(discount**period * share for share in shares))
            waiting.append((reply["Reject"], period + 1))
    return game.game()


def _sequential_bargaining(
    low: int = 2,
    high: int = 4,
    share: Fraction = Fraction(1, 3),
    discount: Fraction = Fraction(1, 2),
    periods: int = 2,
) -> ExtensiveGame:
    """The seller does not know the buyer's value, and names a price of 1 to `high` each period."""
    _require_periods(periods, discount)
    _require(1 <= low <= high and 0 < share < 1, "1 <= low <= high and a share between 0 and 1")
    check_nodes(6 * high**periods, _MOST)
    game = tree("sequential_bargaining", ["Seller", "Buyer"])
    game.root.draws({"low": 1 - share, "high": share})
    prices = [str(price) for price in range(1, high + 1)]
    waiting = [(game.root["low"], low, 0), (game.root["high"], high, 0)]
    while waiting:
        node, value, period = waiting.pop()
        if period == periods:
            node.pays(0, 0)
            continue
        node.decides("Seller", "/".join(node.path[1:]) or "start", prices)
        for label in prices:
            answer = node[label].decides("Buyer", _seen(node[label]), ["Buy", "Wait"])
            price, worth = int(label), discount**period
            answer["Buy"].pays(worth * price, worth * (value - price))
            waiting.append((answer["Wait"], value, period + 1))
    return game.game()


def _centipede(stages: int = 4) -> ExtensiveGame:
    """Who takes gets the larger of two piles, 4 and 1 at first; passing doubles both."""
    _require(1 <= stages <= 200, "1 to 200 stages")
    players = ("Player 1", "Player 2")
    game = tree("centipede", players)
    node, large, small = game.root, 4, 1
    for stage in range(stages + 1):
        paid = (large, small) if stage % 2 == 0 else (small, large)
        if stage == stages:
            node.pays(*paid)
            break
        node.decides(players[stage % 2], f"stage {stage + 1}", ["Take", "Pass"])
        node["Take"].pays(*paid)
        node, large, small = node["Pass"], 2 * large, 2 * small
    return game.game()


def _trust(endowment: int = 10, multiplier: int = 3) -> ExtensiveGame:
    _require(endowment >= 1 and multiplier >= 1, "endowment and multiplier >= 1")
    check_nodes((endowment + 1) * (endowment * multiplier + 2), _MOST)
    game = tree("trust", ["Investor", "Trustee"])
    game.root.decides("Investor", "start", [str(sent) for sent in range(endowment + 1)])
    for sent in range(endowment + 1):
        received = multiplier * sent
        node = game.root[str(sent)]
        node.decides("Trustee", _seen(node), [str(back) for back in range(received + 1)])
        for back in range(received + 1):
            node[str(back)].pays(endowment - sent + back, endowment + received - back)
    return game.game()


def _job_market(share: Fraction = Fraction(1, 2), levels: int = 5) -> ExtensiveGame:
    """Wages are 1, 2 and what workers are worth on average; education comes in half years."""
    _require(0 < share < 1 and 1 <= levels <= 1000, "a share between 0 and 1, levels 1 to 1000")
    game = tree("job_market_signalling", ["Worker", "Market"])
    game.root.draws({"low": 1 - share, "high": share})
    years = [Fraction(level, 2) for level in range(levels + 1)]
    wages = [Fraction(1), 1 + share, Fraction(2)]
    for label, worth in (("low", 1), ("high", 2)):
        worker = game.root[label].decides("Worker", label, [format_number(y) for y in years])
        for education in years:
            signal = format_number(education)
            market = worker[signal]
            market.decides("Market", signal, [format_number(wage) for wage in wages])
            for wage in wages:
                market[format_number(wage)].pays(wage - education / worth, -((wage - worth) ** 2))
    return game.game()


def _beer_quiche(weak: Fraction = Fraction(1, 10)) -> ExtensiveGame:
    _require(0 < weak < 1, "a probability of weak between 0 and 1")
    game = tree("beer_quiche", ["Sender", "Receiver"])
    game.root.draws({"weak": weak, "strong": 1 - weak})
    for kind, liked, right in (("weak", "Quiche", "Duel"), ("strong", "Beer", "Pass")):
        sender = game.root[kind].decides("Sender", kind, ["Beer", "Quiche"])
        for meal in ("Beer", "Quiche"):
            receiver = sender[meal].decides("Receiver", meal, ["Duel", "Pass"])
            for reply in ("Duel", "Pass"):
                receiver[reply].pays((meal == liked) + 2 * (reply == "Pass"), int(reply == right))
    return game.game()


def _selten_horse() -> ExtensiveGame:
    game = tree("selten_horse", ["Player 1", "Player 2", "Player 3"])
    first = game.root.decides("Player 1", "1", ["R", "L"])
    second = first["R"].decides("Player 2", "2", ["R", "L"])
    second["R"].pays(1, 1, 1)
    for node, paid in ((second["L"], ((4, 4, 0), (0, 0, 1))), (first["L"], ((3, 2, 2), (0, 0, 0)))):
        third = node.decides("Player 3", "3", ["R", "L"])
        third["R"].pays(*paid[0])
        third["L"].pays(*paid[1])
    return game.game()


TREES = (
    Entry(
        "entry_deterrence",
        "tree: in each market an entrant decides, and the monopolist fights it or does not; the "
        "threat to fight is not credible",
        "Selten (1978), The Chain Store Paradox, Theory and Decision 9",
        _entry_deterrence,
    ),
    Entry(
        "ultimatum",
        "tree: a proposer offers a part of a pie; if the responder rejects it nobody gets anything",
        "Güth, Schmittberger & Schwarze (1982), An Experimental Analysis of Ultimatum Bargaining, "
        "Journal of Economic Behavior & Organization 3",
        _ultimatum,
    ),
    Entry(
        "alternating_offers",
        "tree: two players offer each other parts of a pie in turn, which shrinks from period to "
        "period; after the last one nobody gets anything",
        "Rubinstein (1982), Perfect Equilibrium in a Bargaining Model, Econometrica 50; with "
        "finitely many periods Ståhl (1972), Bargaining Theory",
        _alternating_offers,
    ),
    Entry(
        "sequential_bargaining",
        "tree: a seller names a price each period to a buyer whose value it does not know",
        "Fudenberg & Tirole (1983), Sequential Bargaining with Incomplete Information, Review of "
        "Economic Studies 50 (whole prices)",
        _sequential_bargaining,
    ),
    Entry(
        "centipede",
        "tree: each in turn takes the larger pile or passes, which doubles both",
        "Rosenthal (1981), Games of Perfect Information, Predatory Pricing and the Chain-Store "
        "Paradox, Journal of Economic Theory 25; the payoffs of McKelvey & Palfrey (1992), An "
        "Experimental Study of the Centipede Game, Econometrica 60",
        _centipede,
    ),
    Entry(
        "trust",
        "tree: an investor sends money, which is multiplied; the trustee returns what it likes",
        "Berg, Dickhaut & McCabe (1995), Trust, Reciprocity, and Social History, Games and "
        "Economic Behavior 10",
        _trust,
    ),
    Entry(
        "job_market_signalling",
        "tree: a worker of worth 1 or 2 chooses an education, which costs the better one half as "
        "much; the market pays what it believes the worker to be worth",
        "Spence (1973), Job Market Signaling, Quarterly Journal of Economics 87 (half years, and "
        "a market that loses the square of its error)",
        _job_market,
    ),
    Entry(
        "beer_quiche",
        "tree: a breakfast signals whether its eater is weak; two outcomes, one of them intuitive",
        f"{_CHO_KREPS}Economics 102",
        _beer_quiche,
    ),
    Entry(
        "selten_horse",
        "tree: three players; an equilibrium that is subgame perfect, but no limit of play with "
        "mistakes",
        _SELTEN_1975,
        _selten_horse,
    ),
)
