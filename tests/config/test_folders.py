"""Where Servanda keeps its own, by environment and system."""

from pathlib import Path

from servanda.config.folders import own_folder


def test_the_variable_comes_first() -> None:
    assert own_folder({"SERVANDA_DATA": "/srv/desk", "XDG_DATA_HOME": "/x"}) == Path("/srv/desk")


def test_on_windows_it_is_the_folder_for_local_data() -> None:
    assert own_folder({"LOCALAPPDATA": "C:/Local"}, system="nt") == Path("C:/Local/Servanda")


def test_elsewhere_it_is_the_folder_for_shared_files_of_a_person() -> None:
    assert own_folder({"XDG_DATA_HOME": "/own/share"}, system="posix") == Path("/own/share/servanda")
    assert own_folder({}, system="posix") == Path.home() / ".local" / "share" / "servanda"


def test_a_relative_folder_of_the_desktop_standard_does_not_count() -> None:
    assert own_folder({"XDG_DATA_HOME": "share"}, system="posix") == Path.home() / ".local" / "share" / "servanda"
