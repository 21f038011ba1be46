"""A small line chart as SVG, drawn by hand, so that no plotting library is needed."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 620, 20, 340
# Distinct also for the colour-blind (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")
TICKS = 5

Points = Sequence[tuple[float, float]]


def draw(
    curves: Mapping[str, Points],
    *,
    across: str = "SSIMULACRA 2 (higher: less visible)",
    upward: str = "recovered, share of attacks",
    highest: float = 1.0,
) -> str:
    """Returns an SVG of `curves`, name to points (x, y) in order, y from 0 to `highest`."""
    every = [x for points in curves.values() for x, _ in points]
    low, high = (min(every) - 1, max(every) + 1) if every else (0.0, 1.0)

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + (x - low) / (high - low) * (RIGHT - LEFT), BOTTOM - y / highest * (BOTTOM - TOP)

    shapes = [_axes(low, high, highest), *_labels(across, upward)]
    for (name, points), colour in zip(curves.items(), COLOURS, strict=False):
        places = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places]
        x, y = places[len(places) // 2]
        shapes.append(f'<text x="{x + 6:.1f}" y="{y - 8:.1f}" fill="{colour}">{escape(name)}</text>')
    style = 'font-family="sans-serif" font-size="13"'
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {style}>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _axes(low: float, high: float, highest: float) -> str:
    marks = [f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="#444444"/>']
    for tick in range(TICKS + 1):
        x, y = LEFT + tick / TICKS * (RIGHT - LEFT), BOTTOM - tick / TICKS * (BOTTOM - TOP)
        across, upward = low + tick / TICKS * (high - low), tick / TICKS * highest
        marks.append(f'<text x="{x:.0f}" y="{BOTTOM + 18}" text-anchor="middle">{across:.3g}</text>')
        marks.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{upward:.3g}</text>')
    return "\n".join(marks)


def _labels(across: str, upward: str) -> list[str]:
    middle = (TOP + BOTTOM) // 2
    return [
        f'<text x="{(LEFT + RIGHT) // 2}" y="{HEIGHT - 16}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">{escape(upward)}</text>',
    ]
