"""Cards drawn in several layouts, and what a phone makes of them: tilt, blur, glare, shadow, a table behind."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.cards.people import Person

SIZE = (1_080, 650)
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
)
#: Place of the simplified Chinese face in these collections.
SIMPLIFIED = 2
PAPERS = ((255, 255, 255), (250, 246, 236), (238, 243, 248), (28, 40, 62))
LAYOUTS = ("left", "right", "centre", "split", "plain")


def fonts_are_there() -> bool:
    return all(Path(font).exists() for font in FONTS)


def card(person: Person, rng: Random) -> Image.Image:
    """The card itself, straight and clean."""
    paper = rng.choice(PAPERS)
    ink = (245, 245, 245) if sum(paper) < 300 else (30, 34, 42)
    picture = Image.new("RGB", SIZE, paper)
    pen = ImageDraw.Draw(picture)
    face = rng.choice(FONTS)
    layout = rng.choice(LAYOUTS)

    def put(text: str, place: tuple[int, int], size: int, anchor: str = "la") -> None:
        pen.text(place, text, fill=ink, font=ImageFont.truetype(face, size, index=SIMPLIFIED), anchor=anchor)

    name = " ".join(person.name) if len(person.name) == 2 and rng.random() < 0.5 else person.name
    mobile = f"{person.mobile[:3]} {person.mobile[3:7]} {person.mobile[7:]}" if rng.random() < 0.5 else person.mobile
    chinese = rng.random() < 0.7
    words = (
        ("手机：", "电话：", "邮箱：", "地址：", "网址：", "微信：")
        if chinese
        else ("M: ", "T: ", "E: ", "Add: ", "W: ", "微信: ")
    )
    facts = [mobile, person.phone, person.mail, person.address, person.site, person.wechat]
    if layout == "plain":
        words = ("",) * 3 + ("",) * 2 + ("微信：",)
    lines = [word + fact for word, fact in zip(words, facts, strict=True)]
    if rng.random() < 0.4:
        del lines[4]
    if layout == "split":
        put(person.firm, (60, 60), 40)
        pen.line((60, 130, 1_020, 130), fill=ink, width=3)
        put(name, (60, 170), 72)
        put(person.title, (60 + 84 * len(name) + 30, 205), 34)
        for number, line in enumerate(lines):
            put(line, (60, 300 + number * 54), 32)
    elif layout == "centre":
        put(name, (540, 60), 76, "ma")
        put(person.title, (540, 160), 34, "ma")
        put(person.firm, (540, 225), 42, "ma")
        for number, line in enumerate(lines):
            put(line, (540, 310 + number * 52), 30, "ma")
    else:
        anchor, x = ("ra", 1_020) if layout == "right" else ("la", 60)
        put(person.firm, (x, 50), 40, anchor)
        put(name, (x, 120), 74, anchor)
        put(person.title, (x, 220), 34, anchor)
        for number, line in enumerate(lines):
            put(line, (x, 295 + number * 54), 31, anchor)
    return picture


def photograph(flat: Image.Image, rng: Random) -> bytes:
    """The card as photographed: turned, out of focus, shone on, on a table; JPEG."""
    table = tuple(rng.randint(70, 150) for _colour in range(3))
    scene = Image.new("RGB", (1_400, 1_000), table)
    turned = flat.convert("RGBA").rotate(rng.uniform(-9, 9), expand=True, resample=Image.Resampling.BICUBIC)
    scene.paste(turned, ((1_400 - turned.width) // 2, (1_000 - turned.height) // 2), turned)
    if rng.random() < 0.6:
        scene = shone_on(scene, rng)
    if rng.random() < 0.5:
        shade = Image.linear_gradient("L").resize(scene.size).point(lambda value: 140 + value * 115 // 255)
        scene = Image.composite(scene, Image.new("RGB", scene.size, (0, 0, 0)), shade)
    scene = scene.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 2.2)))
    written = BytesIO()
    scene.save(written, "JPEG", quality=rng.randint(55, 90))
    return written.getvalue()


def shone_on(scene: Image.Image, rng: Random) -> Image.Image:
    """A bright spot of a lamp somewhere on the card."""
    spot = Image.new("L", scene.size, 0)
    x, y, size = rng.randint(200, 1_200), rng.randint(150, 850), rng.randint(80, 200)
    ImageDraw.Draw(spot).ellipse((x - size, y - size // 2, x + size, y + size // 2), fill=rng.randint(90, 190))
    return Image.composite(
        Image.new("RGB", scene.size, (255, 255, 255)), scene, spot.filter(ImageFilter.GaussianBlur(40))
    )
