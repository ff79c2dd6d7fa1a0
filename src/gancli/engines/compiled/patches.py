"""Images as rows of patches, and back; the reference's are in `numpy_patches`. Each share has some of the images."""

from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import corner, kernel, row
from gancli.engines.compiled.views import add, copy, cut, fill, reals, share_of
from gancli.engines.replay.layout import COLUMNS, FIRST, ROWS

HEIGHT, WIDE, CHANNELS, KERNEL, STRIDE, PADDING, DOWN, ACROSS = range(FIRST + 6, FIRST + 14)
"""Columns after three arrays: of the image, of a patch, and how many patches there are down and across."""


@part
def one_image(like, op, place, image, count):
    """An image, or its patches, of so many numbers."""
    size = reals(like, 0, 0).itemsize
    return reals(like, op[place] + image * count * size, count)


@part
def in_image(op, down, across, i):
    """Of row i of a patch: where its pixels begin in the image, the first that is in it, and how many are."""
    y, x = down * op[STRIDE] - op[PADDING] + i, across * op[STRIDE] - op[PADDING]
    if y < 0 or y >= op[HEIGHT]:
        return 0, 0, 0
    start = max(0, -x)
    return y * op[WIDE] + x + start, start, max(0, min(op[KERNEL], op[WIDE] - x) - start)


@kernel
def unfold(share, shares, game, op, numbers, like):
    """A patch's row of pixels lies in one piece in the image, but for what is beyond its edge."""
    first, last = share_of(op[ROWS], share, shares, 1)
    channels, side = op[CHANNELS], op[KERNEL]
    length, places = side * channels, op[DOWN] * op[ACROSS]
    for image in range(first, last):
        x = one_image(like, op, FIRST, image, op[HEIGHT] * op[WIDE] * channels)
        out = one_image(like, op, FIRST + 2, image, places * side * length)
        for place in range(places):
            down, across = place // op[ACROSS], place % op[ACROSS]
            for i in range(side):
                to = cut(out, (place * side + i) * length, length)
                begin, start, count = in_image(op, down, across, i)
                if count < side:
                    fill(to, 0.0)
                if count:
                    copy(cut(x, begin * channels, count * channels), cut(to, start * channels, count * channels))


@kernel
def fold(share, shares, game, op, numbers, like):
    """Patches, bias or none, images."""
    first, last = share_of(op[ROWS], share, shares, 1)
    channels, side = op[CHANNELS], op[KERNEL]
    length, places, pixels = side * channels, op[DOWN] * op[ACROSS], op[HEIGHT] * op[WIDE]
    for image in range(first, last):
        rows = one_image(like, op, FIRST, image, places * side * length)
        out = one_image(like, op, FIRST + 4, image, pixels * channels)
        if op[FIRST + 2]:
            bias = reals(like, op[FIRST + 2], channels)
            for p in range(pixels):
                copy(bias, cut(out, p * channels, channels))
        else:
            fill(out, 0.0)
        for place in range(places):
            down, across = place // op[ACROSS], place % op[ACROSS]
            for i in range(side):
                from_ = cut(rows, (place * side + i) * length, length)
                begin, start, count = in_image(op, down, across, i)
                if count:
                    add(cut(from_, start * channels, count * channels), cut(out, begin * channels, count * channels))


@kernel
def sum_rows(share, shares, game, op, numbers, like):
    """dy, out: a share of the units."""
    _, last, left, right = corner(op, share, shares)
    if last:
        out = row(like, op, FIRST + 2, 0, left, right)
        fill(out, 0.0)
        for r in range(last):
            add(row(like, op, FIRST, r, left, right), out)


@part
def turned(share, shares, op, like, one, other):
    """Each image as (one, other), turned to (other, one)."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for image in range(first, last):
        x = one_image(like, op, FIRST, image, op[COLUMNS])
        out = one_image(like, op, FIRST + 2, image, op[COLUMNS])
        for i in range(one):
            for j in range(other):
                out[j * one + i] = x[i * other + j]


@kernel
def channels_last(share, shares, game, op, numbers, like):
    """x, out; the channels at FIRST + 4."""
    turned(share, shares, op, like, op[FIRST + 4], op[COLUMNS] // op[FIRST + 4])


@kernel
def channels_first(share, shares, game, op, numbers, like):
    """Likewise."""
    turned(share, shares, op, like, op[COLUMNS] // op[FIRST + 4], op[FIRST + 4])
