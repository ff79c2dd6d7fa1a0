"""Convolutions without patches: tiles read an image where it lies, with zeros around it (as `tiles` has it).

An image that a kernel of k × k pixels lies on is, for each of the k rows, one piece of k × channels numbers. So each
place of the output is a row of a product whose parts lie in k pieces, and the gradient of the weights is the product
the other way round. The gradient of the images is a convolution too, once for each way in which a pixel may lie under
the stride ("phase"): with stride 2 an even pixel is under some of the weights, an odd one under the others. Where each
row begins and where its sums go, `replay.convolutions` has put into tables.
"""

from gancli.engines.compiled import blas
from gancli.engines.compiled.gemm import LANES
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import corner, kernel, row
from gancli.engines.compiled.tiles import by_tile_of_places
from gancli.engines.compiled.views import add, after, copy, cut, fill, reals, share_of, unsigned, words
from gancli.engines.compiled.whole_batches import columns_of, sum_over
from gancli.engines.replay.layout import (
    ACROSS,
    CHANNELS,
    COLUMNS,
    DOWN,
    FIRST,
    GROUP,
    HEIGHT,
    IMAGES,
    MADE,
    MADE_OF,
    MARGIN,
    MORE,
    PACKED,
    PANEL,
    PLAN,
    ROOM,
    ROWS,
    SCRATCH,
    SHIFT,
    SIDE,
    STRIDE,
    WEIGHTS,
    WIDE,
)  # fmt: skip

SHAPES = {16: (8, (16,), (16, 16)), 8: (6, (8,), (8, 8)), 0: (4, (8,), (8, 8))}
"""For float32 of a vector: a tile's rows, and its vectors where few columns are left and where not."""
TILE_ROWS, _thin, _wide = SHAPES[LANES]
tile = by_tile_of_places(TILE_ROWS, _thin, _wide)
COLUMN = sum(_wide)
"""Columns of a tile."""
DEPTH = 128
"""Rows of B that are taken at a time: 32 columns of them take 16 kB, at home in the first-level cache."""


@part
def images_at(like, op, share):
    """A share's own room for images with zeros around."""
    size = reals(like, 0, 0).itemsize
    count = op[GROUP] * (op[HEIGHT] + 2 * op[MARGIN]) * (op[WIDE] + 2 * op[MARGIN]) * op[CHANNELS]
    room = reals(like, op[SCRATCH] + share * op[ROOM] * size, count)
    fill(room, 0.0)
    return room


@part
def surround(like, op, first, count, padded):
    """`count` images from `first` on into the midst of what has zeros around it."""
    height, width, margin = op[HEIGHT], op[WIDE], op[MARGIN]
    row, wide = width * op[CHANNELS], (width + 2 * margin) * op[CHANNELS]
    images = reals(like, op[IMAGES], op[ROWS] * height * row)
    for image in range(count):
        source = (first + image) * height * row
        target = (image * (height + 2 * margin) + margin) * wide + margin * op[CHANNELS]
        for r in range(height):
            copy(cut(images, source + r * row, row), cut(padded, target + r * wide, row))


# --- forward, and back to the images


@kernel
def conv_pack(share, shares, game, op, numbers, like):
    """Weights in the order in which tiles read them: a table at PLAN says which goes where."""
    first, last = share_of(op[ROWS], share, shares, 16)
    w, packed = reals(like, op[WEIGHTS], op[COLUMNS]), reals(like, op[PACKED], op[ROWS])
    which = unsigned(like, op[PLAN], op[ROWS])
    for i in range(first, last):
        packed[i] = w[which[i]]


@kernel
def conv(share, shares, game, op, numbers, like):
    """A share of the images, some at a time, phase by phase.

    At PLAN are how many phases there are and how many places the tables have; of each phase, its pieces, their length,
    where its weights and its places begin, and how many places an image has; then both tables.
    """
    first, last = share_of(op[ROWS], share, shares, 1)
    if last <= first:
        return
    padded, wide = images_at(like, op, share), (op[WIDE] + 2 * op[MARGIN]) * op[CHANNELS]
    units = op[MADE_OF]
    size = op[DOWN] * op[ACROSS] * units
    made, bias = reals(like, op[MADE], op[ROWS] * size), reals(like, op[SHIFT], units if op[SHIFT] else 0)
    phases, places = words(like, op[PLAN], 2)[0], words(like, op[PLAN], 2)[1]
    plan = words(like, op[PLAN] + 16, 5 * phases)
    from_ = words(like, op[PLAN] + 16 + 40 * phases, places)
    to = words(like, op[PLAN] + 16 + 40 * phases + 8 * places, places)
    weights = reals(like, op[PACKED], 1 << 40)
    for start in range(first, last, op[GROUP]):
        count = min(op[GROUP], last - start)
        surround(like, op, start, count, padded)
        out = after(made, start * size)
        for p in range(0, 5 * phases, 5):
            products(
                padded, from_, to, plan[p + 3], count * plan[p + 4], plan[p], wide, plan[p + 1],
                after(weights, plan[p + 2]), units, bias, out,
            )  # fmt: skip


@part
def products(padded, from_, to, begin, count, pieces, apart, length, panels, units, bias, out):
    """out[to] = bias + Σ over pieces of padded[from_] times the panels' rows, for `count` places from `begin` on."""
    depth, biased = pieces * length, bias.size > 0
    if depth == 0:
        for i in range(begin, begin + count):
            target = cut(out, to[i], units)
            fill(target, 0.0)
            if biased:
                add(bias, target)
        return
    runs, taken = (length + DEPTH - 1) // DEPTH, max(1, DEPTH // length)
    for j in range(0, units, COLUMN):
        width, panel = min(COLUMN, units - j), j // PANEL * PANEL * depth + j % PANEL
        for piece in range(0, pieces, taken):
            several = min(taken, pieces - piece)
            for run in range(runs):
                start = length * run // runs
                k, at = length * (run + 1) // runs - start, panel + (piece * length + start) * PANEL
                more, old, old_row = biased, bias, 0
                if piece + run > 0:
                    more, old, old_row = True, out, 1
                for i in range(begin, begin + count, TILE_ROWS):
                    left = min(TILE_ROWS, begin + count - i)
                    tile(
                        1, 0, several, apart, k, 1, padded, piece * apart + start, from_, panels, at, PANEL,
                        out, j, to, i, left, width, more, old, j, old_row,
                    )  # fmt: skip


@kernel
def conv_thin(share, shares, game, op, numbers, like):
    """Back to few channels, of which vectors would be empty: patches as rows, then added where they belong."""
    first, last = share_of(op[ROWS], share, shares, 1)
    height, width, channels, margin = op[HEIGHT], op[WIDE], op[CHANNELS], op[MARGIN]
    units, places, patch = op[MADE_OF], op[DOWN] * op[ACROSS], op[SIDE] * op[SIDE] * channels
    wide, pixels = (width + 2 * margin) * channels, height * width * channels
    size = reals(like, 0, 0).itemsize
    own = op[SCRATCH] + share * op[ROOM] * size
    rows, image = (
        reals(like, own, places * patch),
        reals(like, own + places * patch * size, (height + 2 * margin) * wide),
    )
    dy, w = reals(like, op[MADE], op[ROWS] * places * units), reals(like, op[WEIGHTS], patch * units)
    out, bias = reals(like, op[IMAGES], op[ROWS] * pixels), reals(like, op[SHIFT], channels if op[SHIFT] else 0)
    for n in range(first, last):
        blas.gemm(False, True, places, patch, units, after(dy, n * places * units), units, w, units, rows, patch, False)
        fold(op, rows, image, wide)
        for y in range(height):
            source = (y + margin) * wide + margin * channels
            target = cut(out, n * pixels + y * width * channels, width * channels)
            copy(cut(image, source, width * channels), target)
            for x in range(width if bias.size else 0):
                for c in range(channels):
                    target[x * channels + c] += bias[c]


@part
def fold(op, rows, image, wide):
    """Each patch added where it belongs, in an image with zeros around."""
    side, across = op[SIDE], op[ACROSS]
    length = side * op[CHANNELS]
    fill(image, 0.0)
    for place in range(op[DOWN] * across):
        y, x = place // across * op[STRIDE], place % across * op[STRIDE]
        for i in range(side):
            source, target = (place * side + i) * length, (y + i) * wide + x * op[CHANNELS]
            for c in range(length):
                image[target + c] += rows[source + c]


# --- the gradient of the weights


@kernel
def conv_params(share, shares, game, op, numbers, like):
    """A share of the weights' rows, from all images; of the bias, a share of the units.

    At PLAN are where each row's numbers begin in an image with zeros around, and where its weights do.
    """
    channels, units, places, group = op[CHANNELS], op[MADE_OF], op[DOWN] * op[ACROSS], op[GROUP]
    depth = op[SIDE] * op[SIDE] * channels
    dy = reals(like, op[MADE], op[ROWS] * places * units)
    first, last = share_of(depth, share, shares, 8)
    if last > first:
        padded, dw = images_at(like, op, share), reals(like, op[WEIGHTS], depth * units)
        from_, to = words(like, op[PLAN], depth), words(like, op[PLAN] + 8 * depth, depth)
        down, across = op[STRIDE] * (op[WIDE] + 2 * op[MARGIN]) * channels, op[STRIDE] * channels
        for start in range(0, op[ROWS], group):
            count, more = min(group, op[ROWS] - start), op[MORE] != 0 or start > 0
            surround(like, op, start, count, padded)
            for j in range(0, units, COLUMN):
                for r in range(first, last, TILE_ROWS):
                    tile(
                        count, padded.size // group, op[DOWN], down, op[ACROSS], across, padded, 0, from_,
                        dy, start * places * units + j, units,
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
        dy = columns_of(like, op, FIRST, 0, last)
        sum_over((), (dy,), (row(like, op, FIRST + 2, 0, left, right),), left, last, op[FIRST + 1], right - left)


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
