"""Writes golden/augment.txt: what Pillow makes of a small image, by timm's operations of RandAugment and by a resized crop.

Run with Pillow 12.3 (pip install pillow): python3 pillow_augment.py > ../resources/golden/augment.txt
"""

import base64

import PIL
from PIL import Image, ImageEnhance, ImageOps

SIDE = 17
FILL = (124, 116, 104)


def u(k, t):
    h = (k * 2654435761 + t * 40503 + 1) & 0xFFFFFFFF
    h ^= h >> 15
    h = h * 2246822519 & 0xFFFFFFFF
    h ^= h >> 13
    return h / 4294967296


def image():
    """Slopes of colour with noise on them, which leave ends of the range empty; planes [3, SIDE, SIDE]."""
    planes = []
    for c in range(3):
        for y in range(SIDE):
            for x in range(SIDE):
                slope = [5 * x + 4 * y, 150 - 5 * x, 40 + 8 * y][c]
                planes.append(20 + int(slope + 60 * u((c * SIDE + y) * SIDE + x, 7)))
    picture = Image.new("RGB", (SIDE, SIDE))
    n = SIDE * SIDE
    picture.putdata([(planes[i], planes[n + i], planes[2 * n + i]) for i in range(n)])
    return picture


def line(name, picture):
    planes = [band.tobytes() for band in picture.split()]
    print(name, base64.b64encode(b"".join(planes)).decode())


def affine(picture, *matrix):
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=FILL)


def blend(level):
    """timm's level of the increasing operations: 1 is the image itself."""
    return max(0.1, 1.0 + level / 10 * 0.9)


source = image()
print("# Pillow", PIL.__version__)
line("image", source)
line("autoContrast", ImageOps.autocontrast(source))
line("equalize", ImageOps.equalize(source))
line("invert", ImageOps.invert(source))
line("posterize 3", ImageOps.posterize(source, 3))
line("posterize 1", ImageOps.posterize(source, 1))
line("solarize 90", ImageOps.solarize(source, 90))
table = [min(255, i + 99) if i < 128 else i for i in range(256)]
line("solarizeAdd 99", source.point(table * 3))
for level in (-9.3, 8.7):
    factor = blend(level)
    line(f"color {factor!r}", ImageEnhance.Color(source).enhance(factor))
    line(f"contrast {factor!r}", ImageEnhance.Contrast(source).enhance(factor))
    line(f"brightness {factor!r}", ImageEnhance.Brightness(source).enhance(factor))
    line(f"sharpness {factor!r}", ImageEnhance.Sharpness(source).enhance(factor))
for degrees in (27.5, -14.25):
    line(f"rotate {degrees!r}", source.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=FILL))
for factor in (0.27, -0.3):
    line(f"shearX {factor!r}", affine(source, 1, factor, 0, 0, 1, 0))
    line(f"shearY {factor!r}", affine(source, 1, 0, 0, factor, 1, 0))
for pixels in (0.405 * SIDE, -2.25):
    line(f"translateX {pixels!r}", affine(source, 1, 0, pixels, 0, 1, 0))
    line(f"translateY {pixels!r}", affine(source, 1, 0, 0, 0, 1, pixels))
for left, top, width, height in ((0, 0, SIDE, SIDE), (2, 3, 7, 5), (8, 0, 3, 4), (0, 1, 10, 10)):
    crop = source.crop((left, top, left + width, top + height))
    line(f"crop {left},{top},{width},{height}", crop.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
