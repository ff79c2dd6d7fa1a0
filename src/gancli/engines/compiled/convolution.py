"""Convolutions without patches: tiles read an image where it lies, with zeros around it (as `tiles` has it).

An image that a kernel of k × k pixels lies on is, for each of the k rows, one piece of k × channels numbers. So each
place of the output is a row of a product whose parts lie in k pieces, and the gradient of the weights is the product
the other way round. The gradient of the images is a convolution too, once for each way in which a pixel may lie under
the stride ("phase"): with stride 2 an even pixel is under some of the weights, an odd one under the others.
"""

from gancli.engines.compiled import gemm
from gancli.engines.compiled.jit import loop, part
from gancli.engines.compiled.kernels import corner, kernel, row
from gancli.engines.compiled.tiles import by_tile_of_places
from gancli.engines.compiled.views import add, after, copy, cut, fill, reals, share_of, words
from gancli.engines.replay.layout import (
    ACROSS,
    BACK,
    CHANNELS_IN,
    CHANNELS_OUT,
    COLUMNS,
    DOWN,
    FIRST,
    GROUP,
    HEIGHT,
    IMAGES,
    MARGIN,
    MORE,
    PACKED,
    PADDING,
    ROOM,
    ROWS,
    SCRATCH,
    SHIFT,
    SIDE,
    STRIDE,
    TARGET,
    WEIGHTS,
    WIDE,
)  # fmt: skip

SHAPES = {16: (8, (16,), (16, 16)), 8: (6, (8,), (8, 8)), 0: (4, (8,), (8, 8))}
"""For float32 of a vector: a tile's rows, and its vectors where few columns are left and where not."""
TILE_ROWS, _thin, _wide = SHAPES[gemm.LANES]
tile = by_tile_of_places(TILE_ROWS, _thin, _wide)
COLUMN = sum(_wide)
"""Columns of a tile."""
DEPTH = 128
"""Rows of B that are taken at a time: 32 columns of them take 16 kB, at home in the first-level cache."""


@part
def scratch(like, op, share):
    """A share's own room: padded images, then two tables of places."""
    size = reals(like, 0, 0).itemsize
    return op[SCRATCH] + share * op[ROOM] * size


@part
def surround(images, first, count, height, width, channels, margin, padded):
    """`count` images from `first` on into the midst of what has zeros around it."""
    row, wide = width * channels, (width + 2 * margin) * channels
    for image in range(count):
        source = (first + image) * height * row
        target = (image * (height + 2 * margin) + margin) * wide + margin * channels
        for r in range(height):
            copy(cut(images, source + r * row, row), cut(padded, target + r * wide, row))


# --- weights in the order in which tiles read them


@loop
def turned(source, at, target, to, channels, units, left, width, apart):
    """target[to + o × apart + c] = source[at + (left + c) × units + o]: a pixel's weights, the other way round."""
    for c in range(width):
        begin = at + (left + c) * units
        for o in range(units):
            target[to + o * apart + c] = source[begin + o]


@kernel
def conv_pack(share, shares, game, op, numbers, like):
    """Panels of columns, each with all its rows; of the way back, one of each phase, and pixels in reverse."""
    side, channels, units = op[SIDE], op[CHANNELS_IN], op[CHANNELS_OUT]
    depth = side * side * channels
    w = reals(like, op[WEIGHTS], depth * units)
    if not op[BACK]:
        packed = reals(like, op[PACKED], (units + COLUMN - 1) // COLUMN * COLUMN * depth)
        first, last = share_of(depth, share, shares, 8)
        for j in range(0, units, COLUMN):
            width = min(COLUMN, units - j)
            for r in range(first, last):
                copy(cut(w, r * units + j, width), cut(packed, j * depth + r * COLUMN, width))
        return
    stride, wide = op[STRIDE], (channels + COLUMN - 1) // COLUMN * COLUMN
    packed = reals(like, op[PACKED], side * side * units * wide)
    at = number = 0
    for down in range(stride):
        for across in range(stride):
            high, broad = taps(side, stride, down), taps(side, stride, across)
            for j in range(0, channels, COLUMN):
                width = min(COLUMN, channels - j)
                for y in range(high):
                    for x in range(broad):
                        if number % shares == share:
                            i, k = down + (high - 1 - y) * stride, across + (broad - 1 - x) * stride
                            pixel = (i * side + k) * channels * units
                            turned(w, pixel, packed, at, channels, units, j, width, COLUMN)
                        number += 1
                        at += units * COLUMN


@part
def taps(side, stride, phase):
    """How many of a row of `side` weights lie over the pixels of a phase."""
    return max(0, (side - phase + stride - 1) // stride)


# --- forward, and back to the images


@part
def first_of(size, stride, padding, phase):
    """The first pixel of a phase."""
    return (phase - padding) % stride


@part
def count_of(size, stride, first):
    """How many pixels of a phase there are."""
    return max(0, (size - first + stride - 1) // stride)


@part
def read(op):
    """Height, width and channels of what is read: images or, on the way back, gradients of what was made of them."""
    return (op[DOWN], op[ACROSS], op[CHANNELS_OUT]) if op[BACK] else (op[HEIGHT], op[WIDE], op[CHANNELS_IN])


@part
def made(op):
    """And of what is written."""
    return (op[HEIGHT], op[WIDE], op[CHANNELS_IN]) if op[BACK] else (op[DOWN], op[ACROSS], op[CHANNELS_OUT])


@part
def tables(op, images, phases, down, across, from_, to):
    """Where patches begin and where their sums go, for every place of so many images; returns how many places."""
    back, margin = op[BACK] != 0, op[MARGIN]
    height, width, channels = read(op)
    out_height, out_width, units = made(op)
    stride, padding, side = op[STRIDE], op[PADDING], op[SIDE]
    top = left = 0
    step_out, step_in = 1, stride
    begin_y = begin_x = 0
    if back:
        top, left = first_of(out_height, stride, padding, down), first_of(out_width, stride, padding, across)
        step_out, step_in = stride, 1
        begin_y = (top + padding - down) // stride - (taps(side, stride, down) - 1) + margin
        begin_x = (left + padding - across) // stride - (taps(side, stride, across) - 1) + margin
    high, broad = count_of(out_height, step_out, top), count_of(out_width, step_out, left)
    wide, tall = width + 2 * margin, height + 2 * margin
    place = 0
    for image in range(images):
        for y in range(high):
            for x in range(broad):
                source = (image * tall + begin_y + y * step_in) * wide + begin_x + x * step_in
                from_[place] = source * channels
                to[place] = ((image * out_height + top + y * step_out) * out_width + left + x * step_out) * units
                place += 1
    return place


@part
def products(padded, from_, to, count, pieces, apart, length, panels, units, bias, out):
    """out[to] = bias + Σ over pieces of padded[from_] times the panels' rows, for `count` places."""
    depth, begun = pieces * length, bias.size > 0
    if depth == 0:
        for i in range(count):
            target = cut(out, to[i], units)
            if begun:
                copy(bias, target)
            else:
                fill(target, 0.0)
        return
    runs = (length + DEPTH - 1) // DEPTH
    taken = max(1, DEPTH // length)
    for j in range(0, units, COLUMN):
        width = min(COLUMN, units - j)
        for piece in range(0, pieces, taken):
            several = min(taken, pieces - piece)
            for run in range(runs):
                start = length * run // runs
                k = length * (run + 1) // runs - start
                at = j * depth + (piece * length + start) * COLUMN
                more, old, old_at, old_row = begun, bias, j, 0
                if piece + run > 0:
                    more, old, old_at, old_row = True, out, j, 1
                for i in range(0, count, TILE_ROWS):
                    left = min(TILE_ROWS, count - i)
                    tile(
                        1, 0, several, apart, k, 1, padded, piece * apart + start, from_, panels, at, COLUMN,
                        out, j, to, i, left, width, more, old, old_at, old_row,
                    )  # fmt: skip


@kernel
def conv(share, shares, game, op, numbers, like):
    """A share of the images, some at a time; of the way back, phase by phase."""
    back = op[BACK] != 0
    height, width, channels = read(op)
    out_height, out_width, units = made(op)
    out_size = out_height * out_width * units
    margin, group, side, stride = op[MARGIN], op[GROUP], op[SIDE], op[STRIDE]
    first, last = share_of(op[ROWS], share, shares, 1)
    if last <= first:
        return
    own, size = scratch(like, op, share), reals(like, 0, 0).itemsize
    wide = (width + 2 * margin) * channels
    padded_size = group * (height + 2 * margin) * wide
    padded = reals(like, own, padded_size)
    fill(padded, 0.0)
    places = max(height * width, out_height * out_width) * group
    own += (padded_size * size + 7) // 8 * 8
    from_, to = words(like, own, places), words(like, own + 8 * places, places)
    images = reals(like, op[IMAGES], op[ROWS] * height * width * channels)
    whole = reals(like, op[TARGET], op[ROWS] * out_size)
    bias = reals(like, op[SHIFT], units if op[SHIFT] else 0)
    phases = stride if back else 1
    panel_columns = (units + COLUMN - 1) // COLUMN * COLUMN
    panels = reals(like, op[PACKED], side * side * channels * panel_columns)
    for start in range(first, last, group):
        count = min(group, last - start)
        surround(images, start, count, height, width, channels, margin, padded)
        out = after(whole, start * out_size)
        at = 0
        for down in range(phases):
            for across in range(phases):
                pieces = taps(side, stride, down) if back else side
                length = channels * (taps(side, stride, across) if back else side)
                if phases > 1 or start == first or count < group:
                    here = tables(op, count, phases, down, across, from_, to)
                else:
                    here = count * out_height * out_width
                products(padded, from_, to, here, pieces, wide, length, after(panels, at), units, bias, out)
                at += pieces * length * panel_columns


@kernel
def conv_thin(share, shares, game, op, numbers, like):
    """Back to few channels, of which vectors would be empty: patches as rows, then added where they belong."""
    first, last = share_of(op[ROWS], share, shares, 1)
    side, channels, units, places = op[SIDE], op[CHANNELS_IN], op[CHANNELS_OUT], op[DOWN] * op[ACROSS]
    patch = side * side * channels
    own, size = scratch(like, op, share), reals(like, 0, 0).itemsize
    dy = reals(like, op[IMAGES], op[ROWS] * places * units)
    w = reals(like, op[WEIGHTS], patch * units)
    out = reals(like, op[TARGET], op[ROWS] * op[HEIGHT] * op[WIDE] * channels)
    bias = reals(like, op[SHIFT], channels if op[SHIFT] else 0)
    wide = (op[WIDE] + 2 * op[PADDING]) * channels
    rows = reals(like, own, places * patch)
    image = reals(like, own + places * patch * size, (op[HEIGHT] + 2 * op[PADDING]) * wide)
    for n in range(first, last):
        gemm.gemm(
            False, True, places, patch, units, after(dy, n * places * units), units, w, units, rows, patch, False
        )  # fmt: skip
        fold(op, rows, image, wide)
        target = after(out, n * op[HEIGHT] * op[WIDE] * channels)
        for y in range(op[HEIGHT]):
            for x in range(op[WIDE]):
                source = (y + op[PADDING]) * wide + (x + op[PADDING]) * channels
                place = (y * op[WIDE] + x) * channels
                for c in range(channels):
                    target[place + c] = image[source + c] + (bias[c] if bias.size else 0)


@part
def fold(op, rows, image, wide):
    """Each patch added where it belongs, in an image with the padding around."""
    side, channels, across = op[SIDE], op[CHANNELS_IN], op[ACROSS]
    length = side * channels
    fill(image, 0.0)
    for place in range(op[DOWN] * across):
        y, x = place // across * op[STRIDE], place % across * op[STRIDE]
        for i in range(side):
            source, target = (place * side + i) * length, (y + i) * wide + x * channels
            for c in range(length):
                image[target + c] += rows[source + c]


# --- the gradient of the weights


@kernel
def conv_params(share, shares, game, op, numbers, like):
    """A share of the weights' rows, from all images; of the bias, a share of the units."""
    side, channels, units, margin = op[SIDE], op[CHANNELS_IN], op[CHANNELS_OUT], op[MARGIN]
    depth, places, group = side * side * channels, op[DOWN] * op[ACROSS], op[GROUP]
    first, last = share_of(depth, share, shares, 8)
    dy = reals(like, op[TARGET], op[ROWS] * places * units)
    if last > first:
        own, size = scratch(like, op, share), reals(like, 0, 0).itemsize
        wide = (op[WIDE] + 2 * margin) * channels
        padded_size = group * (op[HEIGHT] + 2 * margin) * wide
        padded = reals(like, own, padded_size)
        fill(padded, 0.0)
        own += (padded_size * size + 7) // 8 * 8
        from_, to = words(like, own, depth), words(like, own + 8 * depth, depth)
        for r in range(depth):
            from_[r] = r // (side * channels) * wide + r % (side * channels)
            to[r] = r * units
        images = reals(like, op[IMAGES], op[ROWS] * op[HEIGHT] * op[WIDE] * channels)
        dw = reals(like, op[WEIGHTS], depth * units)
        for start in range(0, op[ROWS], group):
            count, more = min(group, op[ROWS] - start), op[MORE] != 0 or start > 0
            surround(images, start, count, op[HEIGHT], op[WIDE], channels, margin, padded)
            for j in range(0, units, COLUMN):
                for r in range(first, last, TILE_ROWS):
                    tile(
                        count, padded_size // group, op[DOWN], op[STRIDE] * wide, op[ACROSS], op[STRIDE] * channels,
                        padded, 0, from_, dy, start * places * units + j, units,
                        dw, j, to, r, min(TILE_ROWS, last - r), min(COLUMN, units - j), more, dw, j, 1,
                    )  # fmt: skip
    left, right = share_of(units, share, shares, 16)
    if op[SHIFT] and right > left:
        db = cut(reals(like, op[SHIFT], units), left, right - left)
        if not op[MORE]:
            fill(db, 0.0)
        for r in range(op[ROWS] * places):
            add(cut(dy, r * units + left, right - left), db)


@kernel
def sum_rows(share, shares, game, op, numbers, like):
    """dy, out: a share of the units."""
    _, last, left, right = corner(op, share, shares)
    if last:
        out = row(like, op, FIRST + 2, 0, left, right)
        fill(out, 0.0)
        for r in range(last):
            add(row(like, op, FIRST, r, left, right), out)


# --- channels first and last


@part
def moved(share, shares, op, like, one, other):
    """Each image as (one, other), turned to (other, one)."""
    first, last = share_of(op[ROWS], share, shares, 1)
    size = reals(like, 0, 0).itemsize
    for image in range(first, last):
        x = reals(like, op[FIRST] + image * op[COLUMNS] * size, op[COLUMNS])
        out = reals(like, op[FIRST + 2] + image * op[COLUMNS] * size, op[COLUMNS])
        if one == 1 or other == 1:
            copy(x, out)
            continue
        for i in range(one):
            for j in range(other):
                out[j * one + i] = x[i * other + j]


@kernel
def channels_last(share, shares, game, op, numbers, like):
    """x, out; the channels at FIRST + 4."""
    moved(share, shares, op, like, op[FIRST + 4], op[COLUMNS] // op[FIRST + 4])


@kernel
def channels_first(share, shares, game, op, numbers, like):
    """Likewise."""
    moved(share, shares, op, like, op[COLUMNS] // op[FIRST + 4], op[FIRST + 4])
