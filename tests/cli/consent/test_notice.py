"""`segmentation consent notice`: what it told of, and whose consent is needed anew."""

from hashlib import sha256

from tests.policies import OPTIONAL, offer, small_policy, small_raw


def test_an_optional_purpose_has_a_notice_and_consents_of_its_own(run, of, records, tmp_path, monkeypatch):
    import tomlkit

    from segmentation.cli.resident import desk

    raw = small_raw(optional_purposes=[offer()])
    (tmp_path / "policy.toml").write_text(tomlkit.dumps(raw))
    monkeypatch.setattr(desk, "policies_at", lambda *_: [small_policy(optional_purposes=[offer()])])
    told = run("consent", "notice", "2026-02", "--policy", tmp_path / "policy.toml", "--as", "Carol")
    assert f"On record for {OPTIONAL}: consents to 2026-02 count." in told.out

    given = of("R-1", "give", "--notice", "2026-02", purpose=OPTIONAL)
    assert given.out.startswith("Recorded. Consent: given since")
    assert "first event" not in given.out, "no scoring rests on it"
    assert "Recorded. Consent: refused since" in of("R-2", "refuse", purpose=OPTIONAL).out
    assert "Recorded. Consent: withdrawn since" in of("R-1", "withdraw", purpose=OPTIONAL).out
    assert "Consent: withdrawn since" in of("R-1", "state", purpose=OPTIONAL).out
    assert of("R-1", "state").out == "Consent: nothing on record.\n", "of the others nothing was said"


def test_a_notice_says_whose_consent_is_needed_anew(run, policy, records, tmp_path):
    import tomlkit

    words = ("--policy", policy, "--as", "Carol")
    assert "consents to 2026-01 count" in run("consent", "notice", "2026-01", *words).out
    policy.write_text(tomlkit.dumps(small_raw(features={"parking": None})))
    refused = run("consent", "notice", "2026-01", *words)
    assert (refused.code, "Give the notice a new version" in refused.err) == (2, True)
    ended = run("consent", "notice", "2026-02", *words)
    assert "Consent anew is needed of who consented to 2026-01." in ended.out
    assert "On record for fairness_audit: consents to 2026-01, 2026-02 count." in ended.out


def test_the_text_of_a_notice_is_kept_as_its_digest(run, policy, records, tmp_path):
    words = ("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol")
    assert "The text of 2026-01 is not on record" in run(*words).out
    file = tmp_path / "notice.md"
    assert "cannot be read, or is empty" in run(*words, "--text", file).err
    file.write_bytes(b"What we do.\n")
    digest = f"sha256:{sha256(b'What we do.' + bytes([10])).hexdigest()}"

    assert f"Its text: {digest}." in run(*words, "--text", file).out
    assert run(*words, "--json").content["fairness_audit"]["text"] == [digest]
    file.write_bytes(b"What else we do.")
    assert "with another text" in run(*words, "--text", file).err
