"""Dataclass, command line and config.toml are the same; what is wrong is said with its line."""

from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_learner import TOY, ToyConfig

from gtlearn.errors import InputError
from gtlearn.learning.registry import Algorithm, find_algorithm
from gtlearn.runs.config import Recording, RunConfig, line_of, parse_config, read_config
from gtlearn.runs.fields import fields_of, make

HEAD = 'algorithm = "toy"\nseed = 4\n'


def refused(text):
    with pytest.raises(InputError) as error:
        parse_config(text, "c.toml")
    return str(error.value)


def test_a_config_written_by_hand(toy):
    config = parse_config(f"{HEAD}\n[config]\nnoise = 1\nlayers = [4]\n[run]\nthreads = 2\n", "c")
    assert config.options == ToyConfig(noise=1.0, layers=(4,))
    assert isinstance(config.options.noise, float)
    assert (config.seed, config.recording, config.version) == (4, Recording(threads=2), None)
    flat = parse_config(f"{HEAD}noise = 1\nlayers = [4]\n", "c")
    assert flat.options == config.options
    assert parse_config('algorithm = "toy"', "c") == RunConfig(TOY, ToyConfig(), version=None)


def test_an_address_that_is_none_is_no_address(toy):
    """As in the files of before."""
    found = parse_config(f'{HEAD}[run]\nray_address = "none"\n', "c")
    assert found.recording == Recording()
    assert found.is_that_of(found.to_toml() + 'ray_address = "none"\n')
    assert not found.is_that_of(found.to_toml() + "log_every = 3\n")


CONFIGS = st.builds(
    ToyConfig,
    game=st.text(st.characters(exclude_categories=("Cc", "Cs"))).filter(lambda t: t != "plain"),
    iterations=st.integers(1, 2**63 - 1),
    learning_rate=st.floats(0, exclude_min=True, allow_infinity=False),
    noise=st.floats(0, allow_infinity=False),
    optimiser=st.sampled_from(["adam", "sgd"]),
    layers=st.lists(st.integers(-(2**63), 2**63 - 1)).map(tuple),
    clip=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    nesterov=st.booleans(),
)
RECORDINGS = st.builds(
    Recording,
    log_every=st.integers(1, 9),
    checkpoint_every=st.none() | st.integers(1, 9),
    tensorboard=st.booleans(),
)


@given(options=CONFIGS, recording=RECORDINGS, seed=st.integers(0, 2**31 - 1))
def test_what_is_written_is_read(options, recording, seed):
    from gtlearn.learning.registry import ALGORITHMS

    assert ALGORITHMS["toy"] is TOY
    config = RunConfig(TOY, options, seed, recording)
    assert parse_config(config.to_toml(), "c") == config


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[config]\nlearning_rat = 1", 4, "there is no key 'learning_rat' here; did you mean "),
        ("[config]\n\n# learning\nnoise = 'x'", 6, 'noise = "x" cannot be used; give a number of'),
        ("[config]\nnoise = -1", 4, "noise = -1 cannot be used; give a number of at least 0"),
        ("[config]\nnoise = nan", 4, "noise = nan cannot be used"),
        ("[config]\nnoise = inf", 4, "noise = inf cannot be used"),
        ("[config]\niterations = 3.0", 4, "iterations = 3.0 cannot be used; give an integer of at"),
        ("[config]\niterations = true", 4, "iterations = true cannot be used"),
        (
            "[config]\nlearning_rate = 0",
            4,
            "learning_rate = 0 cannot be used; give a number above 0",
        ),
        (
            "[config]\nlayers = [\n1,\n'two']",
            4,
            'layers = [1, "two"] cannot be used; give a list of',
        ),
        ("[config]\noptimiser = 'adma'", 4, "did you mean adam?"),
        ("[config]\nclip = 'x'", 4, "give a number or none"),
        ("[config]\ngame = 1979-05-27", 4, "game = a date cannot be used; give a text"),
        ("[run]\nlog_evry = 2", 4, "did you mean log_every or logger?"),
        (
            "[config]\niterations = 0x1" + "0" * 400,
            4,
            "iterations = an integer of 1601 bits cannot",
        ),
        (
            "[config]\nnoise = 0x1" + "0" * 5000,
            4,
            "noise = an integer of 20001 bits cannot be used",
        ),
        ("[config]\niterations = 9223372036854775808", 4, "an integer of 64 bits cannot be used"),
        ('[config]\ngame = "\\u001b]0;title\\u0007"', 4, "holds control characters"),
        ("[run]\nthreads = 9000000", 4, "threads = 9000000 cannot be used; give an integer from 1"),
        (
            "[run]\nray_address = '10.0.0.1:6379'",
            4,
            "an address to connect to is not taken from a file; leave it out, and give it on the",
        ),
        (
            "[run]\nlog_every = 0",
            4,
            "log_every = 0 cannot be used; give an integer or none of at least 1",
        ),
        ("nois = 1", 3, "did you mean noise?"),
        ("zzz = 1", 3, "the keys are algorithm, seed, game, iterations"),
        ("noise = 1\n[config]\nnoise = 2", 3, "noise stands in [config] too"),
        ("config = 3", 3, "config is no table; write [config]"),
        ("[confg]\nnoise = 2", 3, "did you mean"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(toy, text, line, words):
    message = refused(HEAD + text)
    assert message.startswith(f"c.toml, line {line}: ") and words in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed = 3", "c.toml names no algorithm"),
        ('algorithm = "toi"', "c.toml, line 1: there is no algorithm 'toi'; did you mean toy?"),
        ("algorithm = 3", "c.toml, line 1: algorithm = 3 cannot be used; give a text"),
        (
            'algorithm = "toy"\nseed = -1',
            "c.toml, line 2: seed = -1 cannot be used; give an integer",
        ),
        ('algorithm = "toy"\nseed = "a"', "line 2: seed = "),
        ("algorithm", "c.toml, line 1: this is not TOML: "),
        ("a = 1\na = 2", "c.toml, line 2: this is not TOML: cannot overwrite a value"),
        (
            "a = 1\nb = " + "9" * 5000,
            "c.toml, line 2: this is not TOML: an integer has more than 4300 digits",
        ),
        ("a = " + "[" * 50_000, "c.toml, line 1: this is not TOML: "),
        ("a = " + "{a = " * 10_000, "c.toml, line 1: this is not TOML: "),
        ("\n" * 2000, "c.toml has more than 1000 lines"),
    ],
)
def test_wrong_heads(toy, text, words):
    assert words in refused(text)


def test_files_that_cannot_be_read(tmp_path):
    for name, content in {"a": None, "b": b"\xff\xfe\xfa", "c": b"#" * 200_000}.items():
        path = tmp_path / name
        if content:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"give a config\.toml|larger than 30000 bytes"):
            read_config(path)


def test_lines_are_those_of_the_keys():
    text = 'a = """\nb = 1\n"""\n[config]\n# b = 2\nb = [\n  1,\n]\n[run]\nc.d = 1'
    assert [line_of(text, *key) for key in (("a",), ("b", "config"), ("c", "run"))] == [1, 6, 10]


@dataclass(frozen=True)
class Needy:
    """A field that must be given, and lists of choices."""

    size: int = field(metadata={"minimum": 2, "maximum": 5})
    words: tuple[Literal["a", "b"], ...] = ()


def test_fields_without_a_default_must_be_given():
    with pytest.raises(InputError, match="size is missing; give an integer from 2 to 5"):
        make(Needy, {})
    assert make(Needy, {"size": 3}) == Needy(3)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("noise", "1", 1.0),
        ("noise", " 1e-3", 1e-3),
        ("layers", "3, 4", (3, 4)),
        ("layers", "", ()),
        ("clip", "none", None),
        ("clip", "2", 2.0),
        ("nesterov", "yes", True),
        ("optimiser", "sgd", "sgd"),
        ("game", "a b", "a b"),
    ],
)
def test_texts_of_the_command_line(name, text, value):
    found = fields_of(ToyConfig)[name].parsed(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("noise", "x"),
        ("noise", "nan"),
        ("noise", "1e999"),
        ("iterations", "0"),
        ("iterations", "2.5"),
        ("iterations", "9" * 5000),
        ("layers", "3,x"),
        ("layers", "3,,4"),
        ("clip", "nothing"),
        ("nesterov", "perhaps"),
        ("optimiser", ""),
    ],
)
def test_wrong_texts_of_the_command_line(name, text):
    with pytest.raises(InputError, match=f"{name} = .* cannot be used; "):
        fields_of(ToyConfig)[name].parsed(text)


def test_an_algorithm_that_is_not_there():
    with pytest.raises(InputError, match="there is no algorithm 'x'"):
        find_algorithm("x")
    with pytest.raises(InputError, match="there is no module no_such_module here"):
        Algorithm("a", "b", "no_such_module:C", "no_such_module:b").config_type()


@pytest.mark.parametrize("name", ["contextual-stackelberg", "toy"])
def test_the_options_of_every_algorithm_are_in_order(name):
    algorithm = find_algorithm(name)
    assert algorithm.name == name and algorithm.summary
    fields = fields_of(algorithm.config_type())
    own = {"seed", "seeds", "output", "workers", "backend", "address", "help"}
    assert not (own | set(fields_of(Recording))) & set(fields)
    for field_ in fields.values():
        assert field_.required or field_.checked(field_.default) == field_.default
