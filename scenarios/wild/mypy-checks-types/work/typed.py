import attrs


@attrs.define
class Point:
    x: int


reveal_type(Point(1).x)
Point("one")
