"""Settings: their sources, their order, and what is said when one is wrong."""

import argparse
from ipaddress import ip_network
from pathlib import Path

import pytest

from syncfile.config import SETTINGS, Config, ConfigError, add_arguments, default_text, flag_of, from_arguments, load

DOCS = Path(__file__).parent.parent / "docs" / "operating.md"


def written(folder: Path, text: str) -> Path:
    file = folder / "syncfile.conf"
    file.write_text(text, "utf-8")
    return file


def test_defaults_stand_where_nothing_is_said() -> None:
    assert load(None, {}, {}) == Config()


def test_each_source_wins_over_the_one_before(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1\nhost = a\ndata = /from/file\n")
    config = load(file, {"SYNCFILE_PORT": "2", "SYNCFILE_HOST": "b"}, {"port": "3"})
    assert (config.port, config.host, config.data) == (3, "b", Path("/from/file"))


def test_no_secret_is_taken_from_the_command_line() -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_arguments(parser)
    assert parser.parse_args(["--port", "1"]).port == "1"
    assert parser.parse_known_args(["--metrics-token", "secret"])[1] == ["--metrics-token", "secret"]
    assert load(None, {"SYNCFILE_METRICS_TOKEN": "secret"}, {}).metrics_token == "secret"


def test_file_has_comments_blank_lines_and_free_spacing(tmp_path: Path) -> None:
    file = written(tmp_path, "# where\n\n  data=/srv/my cloud  \n   # how\nport   =   9\n")
    config = load(file, {}, {})
    assert (config.data, config.port) == (Path("/srv/my cloud"), 9)


def test_every_type_is_read(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "access_log = no\nregistration = closed\ntls_cert = c.pem\ntls_key = k.pem\n"
        "trusted_proxies = 10.0.0.1, 192.168.0.0/16, ::1\npublic_url = https://cloud.example/\n",
    )
    config = load(file, {}, {})
    assert (config.access_log, config.registration, config.tls_cert) == (False, "closed", Path("c.pem"))
    assert config.trusted_proxies == (ip_network("10.0.0.1"), ip_network("192.168.0.0/16"), ip_network("::1"))
    assert config.public_url == "https://cloud.example"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("prot = 1", "no setting prot"),
        ("port = http", "port must be a whole number"),
        ("port = 70000", "port must be a whole number between 0 and 65535"),
        ("port = -1", "port must be"),
        ("access_log = maybe", "access_log must be true or false"),
        ("registration = all", "registration must be one of open, lan, closed"),
        ("trusted_proxies = 10.0.0.300", "trusted_proxies '10.0.0.300'"),
        ("public_url = cloud.example", "public_url must begin with http"),
        ("data =", "data is empty"),
        ("just words", "expected name = value"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    file = written(tmp_path, f"# first\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        load(file, {}, {})
    assert str(caught.value).startswith(f"{file}:2: ")
    assert complaint in str(caught.value)


def test_what_is_wrong_elsewhere_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError, match="SYNCFILE_PORT: port must be"):
        load(None, {"SYNCFILE_PORT": "x"}, {})
    with pytest.raises(ConfigError, match="--log-level: log_level must be"):
        load(None, {}, {"log_level": "loud"})


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none", {}, {})


def test_certificate_needs_its_key() -> None:
    with pytest.raises(ConfigError, match="together"):
        load(None, {}, {"tls_cert": "c.pem"})


def test_foreign_variables_are_passed_over() -> None:
    assert load(None, {"SYNCFILE_ADMIN_PASSWORD": "x", "PORT": "1"}, {}) == Config()


def test_flags_are_made_from_the_table() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    arguments = parser.parse_args(["--max-body", "5", "--require-marker", "true"])
    config = from_arguments(arguments, {})
    assert (config.max_body, config.require_marker, config.port) == (5, True, 8000)


def test_configuration_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    named, given = tmp_path / "named.conf", tmp_path / "given.conf"
    named.write_text("port = 1")
    given.write_text("port = 2")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    environ = {"SYNCFILE_CONFIG": str(named)}
    assert from_arguments(parser.parse_args([]), environ).port == 1
    assert from_arguments(parser.parse_args(["--config", str(given)]), environ).port == 2


def test_help_tells_every_setting_but_secrets() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    text = parser.format_help()
    assert [name for name in SETTINGS if flag_of(name) not in text] == ["metrics_token"]


def test_defaults_are_values_that_the_file_accepts() -> None:
    given = {name: default_text(name) for name in SETTINGS if default_text(name) != "empty"}
    assert load(None, {}, given) == Config()


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_documented_with_its_default_and_unit(name: str) -> None:
    row = f"| `{name}` | {default_text(name)} | {SETTINGS[name].unit} | {SETTINGS[name].help} |"
    assert row in DOCS.read_text("utf-8").splitlines()
