"""A package outside gtlearn adds a solution concept, found by its entry point or registered."""

import json

ASYMMETRIC = "3,1 0,2; 1,0 2,3"  # Row mixes 1/4, 3/4 and secures 3/2; Column's first row: 1 and 2


def test_it_is_solved_checked_and_verified(gtlearn, tmp_path):
    solved = gtlearn("solve", ASYMMETRIC, "--concept", "maximin", "--format", "json")
    assert solved.returncode == 0, solved.stderr
    found = json.loads(solved.stdout)["solutions"][0]
    assert found["strategies"][0] == ["1/4", "3/4"] and found["payoffs"] == ["3/2", "2"]
    file = tmp_path / "solution.json"
    file.write_text(solved.stdout)
    checked = gtlearn("check", str(file), ASYMMETRIC, "--concept", "maximin", "--format", "json")
    assert (checked.returncode, json.loads(checked.stdout)["regrets"]) == (0, ["0", "0"])
    verified = gtlearn("verify", str(file), ASYMMETRIC)
    assert verified.returncode == 0 and "what 'Row' secures" in verified.stdout
    file.write_text(solved.stdout.replace('"3/2"', '"5/3"'))
    assert gtlearn("verify", str(file), ASYMMETRIC).returncode == 1


def test_its_tables_say_what_is_proven(gtlearn):
    text = gtlearn("solve", ASYMMETRIC, "--concept", "maximin").stdout
    assert "1 maximin profile" in text and "and no other secures more" in " ".join(text.split())
    checked = gtlearn("check", "1 0; 1 0", ASYMMETRIC, "--concept", "maximin")
    assert checked.returncode == 1 and "This is not a maximin profile." in checked.stdout


def test_it_is_listed_and_refuses_as_all_do(gtlearn):
    assert "maximin" in gtlearn("solve", "--help").stdout
    refused = gtlearn("solve", "chicken", "--concept", "maximin", "--leader", "0")
    assert refused.returncode == 2 and "--leader has no meaning for maximin" in refused.stderr
    steps = "gtlearn_iterated(stage=chicken,horizon=2)"
    refused = gtlearn("solve", steps, "--concept", "maximin")
    assert refused.returncode == 2 and "for which maximin is not available" in refused.stderr
    refused = gtlearn("solve", "chicken", "--concept", "broken")
    assert refused.returncode == 2 and "'broken'" in refused.stderr and "maximin" in refused.stderr


def test_it_is_registered_in_python(python):
    code = (
        "import gtlearn, maximin\n"
        "from gtlearn.solvers import concepts\n"
        "concepts.register(maximin.CONCEPT)\n"
        "solution = gtlearn.solve('matching_pennies', 'maximin')\n"
        "assert solution[0].payoffs == (0, 0)\n"
        "assert gtlearn.check(solution, 'matching_pennies', 'maximin').holds\n"
        "assert gtlearn.verify(solution, 'matching_pennies').false == ()\n"
        "assert len(gtlearn.verify(solution, 'matching_pennies').proven) >= 2\n"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
