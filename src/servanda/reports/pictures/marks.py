"""The marks of the field as shapes, so that no font has to have them; each with its word."""

from enum import Enum

from servanda.reports.pictures.drawing import Svg, element, filled, group, lined


class Mark(Enum):
    """What is said of a promise, a clock or a day, by the end of its class on a page."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"
    PAUSED = "paused"
    OUTSIDE = "outside"
    NODATA = "nodata"
    NOT_AGREED = "notagreed"
    RUNNING = "running"
    EXEMPT = "exempt"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The word that stands for the mark."""
        return _WORDS[self]

    @property
    def paint(self) -> str:
        """The paint of the mark."""
        return _PAINTS.get(self, "calm")


_WORDS = {
    Mark.MET: "Met",
    Mark.NEAR: "Near",
    Mark.MISSED: "Missed",
    Mark.PAUSED: "Paused",
    Mark.OUTSIDE: "Outside hours",
    Mark.NODATA: "No data",
    Mark.NOT_AGREED: "Not agreed",
    Mark.RUNNING: "Running",
    Mark.EXEMPT: "Exempt",
    Mark.CANCELLED: "Cancelled",
}
_PAINTS = {
    Mark.MET: "met",
    Mark.NEAR: "near",
    Mark.MISSED: "missed",
    Mark.PAUSED: "paused",
    Mark.RUNNING: "counted",
}
# In a square from -5 to 5.
_LINES = {
    Mark.MET: "M-4 0.5L-1.2 3.4L4.2 -3.6",
    Mark.MISSED: "M-3.6 -3.6L3.6 3.6M-3.6 3.6L3.6 -3.6",
    Mark.NODATA: "M-3.6 0L3.6 0",
    Mark.NOT_AGREED: "M3.8 0A3.8 3.8 0 1 1 -3.8 0A3.8 3.8 0 1 1 3.8 0",
    Mark.EXEMPT: "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0M-2.8 2.8L2.8 -2.8",
    Mark.CANCELLED: "M3.4 0A3.4 3.4 0 1 1 -3.4 0A3.4 3.4 0 1 1 3.4 0M-4 4.6L4 -4.6",
    Mark.PAUSED: "M-2 -4L-2 4M2 -4L2 4",
}
_AREAS = {
    Mark.NEAR: "M0 -4.4L4.8 4L-4.8 4Z",
    Mark.RUNNING: "M-3.4 -4.4L4.4 0L-3.4 4.4Z",
    Mark.OUTSIDE: "M1.6 -4.6A4.8 4.8 0 1 0 4.6 1.9A4 4 0 0 1 1.6 -4.6Z",
}


def draw(mark: Mark, x: float, y: float, size: float = 10, paint: str = "") -> Svg:
    """Return a mark around a point, in its own paint unless another is named."""
    paint, scale = paint or mark.paint, size / 10
    if mark in _AREAS:
        shape = element("path", d=_AREAS[mark], **filled(paint))
    else:
        shape = element("path", d=_LINES[mark], **lined(paint, 1.9))
    return group(shape, transform=f"translate({x:.2f} {y:.2f}) scale({scale:.2f})")
