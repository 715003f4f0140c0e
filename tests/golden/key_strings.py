"""Valid and nearly valid opaque keys, and the results of edx-opaque-keys for them."""

from ccx_keys.locator import CCXLocator
from opaque_keys.edx.keys import CourseKey, LearningContextKey, UsageKey
from opaque_keys.edx.locator import (
    LibraryCollectionLocator,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
)
from opaque_keys import InvalidKeyError, OpaqueKey

CLASSES = {
    cls.__name__: cls
    for cls in (
        CourseKey,
        UsageKey,
        LearningContextKey,
        CCXLocator,
        LibraryLocatorV2,
        LibraryUsageLocatorV2,
        LibraryCollectionLocator,
        LibraryContainerLocator,
    )
}

# ---- results of Python ----


def object_of(key):
    """Returns the class and the parts of a key."""
    parts = {}
    for name in key.KEY_FIELDS:
        value = getattr(key, name)
        parts[name] = object_of(value) if isinstance(value, OpaqueKey) else value if value is None else str(value)
    return {"class": type(key).__name__, "parts": parts}


def context_of(key):
    """Returns the course or library of a key as a string; an old course without a run has none."""
    try:
        return str(key.context_key)
    except (AttributeError, TypeError):
        return None


def verdict(cls, text):
    """Returns the case for `text`, or None if Python refuses it."""
    try:
        key = cls.from_string(text)
        canonical = str(key)
    except InvalidKeyError:
        return None
    case = {"input": text, **object_of(key)}
    if canonical != text:
        case["canonical"] = canonical
    if key.deprecated:
        case["deprecated"] = True
    if not isinstance(key, LearningContextKey):
        case["context"] = context_of(key)
        if case["context"] is None:
            del case["context"]
    return case


def ask_again(corpus):
    """Recomputes the results for the strings in `corpus`."""
    return {name: cases(cls, inputs(corpus[name])) for name, cls in CLASSES.items()}


def inputs(of_class):
    return [case["input"] for case in of_class["valid"]] + list(of_class["invalid"])


def cases(cls, texts):
    verdicts = {text: verdict(cls, text) for text in texts}
    return {
        "valid": [case for case in verdicts.values() if case is not None],
        "invalid": [text for text, case in verdicts.items() if case is None],
    }


# ---- generated strings ----

ODD = (
    "aZ09_-.~:%éñßªº½²①Ⅷ٣९๕中日本한ไקאЖяσς\u017f\u212aİıǅﬀ１_𝒳𝟘😀\u0301\u093f\u200c\u200d\u203f\u00ad\ufeff\u0345\u20dd"
    "\u2028\u0085\u00a0\u3000\x00\x1c\x7f\t\n\r +@/$*?#&=<>\"'\\^|!,;()[]{}\uffff\U0010ffff\ue000\ufdd0"
)
NAMESPACES = (
    "course-v1",
    "library-v1",
    "ccx-v1",
    "slashes",
    "lib",
    "block-v1",
    "lib-block-v1",
    "ccx-block-v1",
    "lb",
    "location",
    "lct",
    "lib-collection",
    "aside-usage-v1",
    "aside-usage-v2",
    "i4x",
    "asset-v1",
    "def-v1",
    "",
)


# Words with a meaning in keys, and parts at the limits of the grammar.
WORDS = "org course run version branch block type ccx library None MITx 6.002x 2012_Fall _ . - ~ : 0".split() + [
    "a" * 70
]


def word(rng, plain="abcXYZ019_-.", odd=0.15):
    """Generates a part between separators."""
    if rng.random() < 0.3:
        return rng.choice(WORDS)
    text = "".join(rng.choice(plain) for _ in range(rng.randint(1, 9)))
    if rng.random() < odd:
        place = rng.randint(0, len(text))
        char = (
            rng.choice(ODD)
            if rng.random() < 0.7
            else chr(rng.choice((rng.randrange(0x80, 0xD800), rng.randrange(0xE000, 0x110000))))
        )
        text = text[:place] + char + text[place:]
    return text


def name(rng):
    return word(rng, "abcXYZ019_-.~:éñ中½٣")


def old(rng):
    return word(rng, "abcXYZ019_-.%éя²")


def guid(rng, digits="0123456789abcdef"):
    length = 24 if rng.random() < 0.85 else rng.choice((0, 1, 12, 23, 25, 48))
    return "".join(rng.choice(digits) for _ in range(length))


def cased(rng, text, often):
    """Changes the case of `text`, which CCX keys ignore by Unicode case folding."""
    if rng.random() > often:
        return text
    folds = {"s": "sS\u017f", "k": "kK\u212a", "i": "iI\u0130\u0131"}
    return "".join(rng.choice(folds.get(char, char + char.upper())) for char in text)


def course_parts(rng, ccx=False):
    often = 0.3 if ccx else 0.03
    parts = []
    if rng.random() < 0.9:
        parts += [name(rng), name(rng)]
        if rng.random() < 0.85:
            parts.append(name(rng))
    if rng.random() < 0.3:
        parts.append(cased(rng, "branch", often) + "@" + name(rng))
    if rng.random() < 0.35:
        digits = "0123456789ABCDEFabcdef" if rng.random() < often else "0123456789abcdef"
        parts.append(cased(rng, "version", often) + "@" + guid(rng, digits))
    if ccx:
        digits = "0123456789" if rng.random() < 0.8 else "01٣४९１𝟘๕²½Ⅷ"
        parts.append(
            cased(rng, "ccx", often)
            + "@"
            + "".join(rng.choice(digits) for _ in range(rng.choice((1, 2, 7, 19, 40))))
        )
    return parts


def block_parts(rng, ccx=False):
    often = 0.3 if ccx else 0.03
    parts = []
    if rng.random() < 0.9:
        parts.append(cased(rng, "type", often) + "@" + name(rng))
    if rng.random() < 0.95:
        parts.append(cased(rng, "block", often) + "@" + name(rng))
    return parts


def shuffled(rng, parts):
    if rng.random() < 0.08:
        rng.shuffle(parts)
    if rng.random() < 0.05 and parts:
        parts.insert(rng.randrange(len(parts)), rng.choice(parts))
    return "+".join(parts)


def course(rng):
    kind = rng.randrange(10)
    if kind < 5:
        return rng.choice(("course-v1:", "course-v1:", "slashes:")) + shuffled(
            rng, course_parts(rng) + (block_parts(rng) if rng.random() < 0.15 else [])
        )
    if kind < 7:
        return "/".join(old(rng) for _ in range(3 if rng.random() < 0.9 else rng.randint(1, 5)))
    return library(rng) if kind == 7 else ccx(rng)


def library(rng):
    parts = course_parts(rng)
    if rng.random() < 0.8:
        parts = [part for at, part in enumerate(parts) if at != 2 or "@" in part]
    return "library-v1:" + shuffled(rng, parts + (block_parts(rng) if rng.random() < 0.1 else []))


def ccx(rng):
    return "ccx-v1:" + shuffled(
        rng, course_parts(rng, True) + (block_parts(rng, True) if rng.random() < 0.2 else [])
    )


def slug(rng):
    text = word(rng, "abcXYZ019_-.")
    return text + "\n" if rng.random() < 0.04 else text


def unicode_slug(rng):
    text = word(rng, "abcXYZ019_-.éñ中½٣Ⅷ")
    return text + "\n" if rng.random() < 0.04 else text


def lib(rng):
    return f"lib:{slug(rng)}:{unicode_slug(rng)}"


def lb(rng):
    return f"lb:{slug(rng)}:{unicode_slug(rng)}:{slug(rng)}:{unicode_slug(rng)}"


def collection(rng):
    return f"lib-collection:{slug(rng)}:{unicode_slug(rng)}:{unicode_slug(rng)}"


def container(rng):
    return f"lct:{slug(rng)}:{unicode_slug(rng)}:{slug(rng)}:{unicode_slug(rng)}"


def i4x(rng):
    parts = [old(rng), old(rng), rng.choice((old, name))(rng), rng.choice((old, name))(rng)]
    if rng.random() < 0.05:
        parts.insert(rng.randrange(5), rng.choice(("", old(rng))))
    return "i4x://" + "/".join(parts) + ("@" + rng.choice((old, name))(rng) if rng.random() < 0.3 else "")


def aside(rng, depth):
    key = usage(rng, depth + 1)
    kind = name(rng) + rng.choice(("", "", "", ":", "::", "$", "$$", "$:", ":$", "::$", "+@", "☃"))
    v2 = rng.random() < 0.6
    if rng.random() < 0.9:  # Python's own form.
        key, kind = (
            (text.replace("$", "$$").replace(":", "$:") if v2 else text.replace("$", "$$").replace("::", "$::"))
            for text in (key, kind)
        )
    return f"aside-usage-v{2 if v2 else 1}:{key}::{kind}"


def usage(rng, depth=0):
    kind = rng.randrange(12)
    if kind < 3:
        return "block-v1:" + shuffled(rng, course_parts(rng) + block_parts(rng))
    if kind == 3:
        return "ccx-block-v1:" + shuffled(rng, course_parts(rng, True) + block_parts(rng, True))
    if kind == 4:
        return "lib-block-v1:" + shuffled(
            rng, [part for at, part in enumerate(course_parts(rng)) if at != 2] + block_parts(rng)
        )
    if kind == 5:
        return lb(rng)
    if kind < 8:
        return i4x(rng)
    if kind == 8:
        parts = [name(rng) for _ in range(5 if rng.random() < 0.9 else rng.randint(2, 7))]
        return "location:" + "+".join(parts) + ("@" + name(rng) if rng.random() < 0.2 else "")
    return aside(rng, depth) if depth < 4 else "block-v1:o+c+r+type@t+block@b"


SHAPES = {
    "CourseKey": course,
    "UsageKey": usage,
    "LearningContextKey": lambda rng: rng.choice((course, lib))(rng),
    "CCXLocator": ccx,
    "LibraryLocatorV2": lib,
    "LibraryUsageLocatorV2": lb,
    "LibraryCollectionLocator": collection,
    "LibraryContainerLocator": container,
}


def mutated(rng, text, others):
    """Returns `text` with up to three mistakes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randint(0, len(text))
        to = min(len(text), at + rng.choice((1, 1, 2, 5)))
        other = rng.choice(others)
        text = rng.choice(
            (
                lambda: text[:at] + rng.choice(ODD) + text[at:],
                lambda: text[:at] + rng.choice(ODD) + text[to:],
                lambda: text[:at] + text[to:],
                lambda: text[:to] + text[at:],
                lambda: text[:at] + rng.choice("+:@/$%~") + text[at:],
                lambda: text[:at],
                lambda: text[at:],
                lambda: text + rng.choice(("\n", "+", ":", " ", "\r\n", "::x", "+block@b", "@x", "/", "\x00")),
                lambda: rng.choice(("\n", " ", "x", ":", "\ufeff", "+")) + text,
                lambda: rng.choice(NAMESPACES) + ":" + text.partition(":")[2],
                lambda: text.partition(":")[2],
                lambda: text.swapcase() if rng.random() < 0.5 else text.upper(),
                lambda: text.replace(
                    *rng.choice((("+", "/"), ("/", "+"), (":", "::"), ("@", "+"), ("$", ""), ("+", "++")))
                ),
                lambda: text[:at] + other[rng.randint(0, len(other)) :],
                lambda: text[:at]
                + rng.choice(("+type@t", "+block@b", "+branch@b", "+version@" + guid(rng), "+ccx@1"))
                + text[at:],
            )
        )()
    return text


def string(rng, class_name, corpus):
    """Generates a valid or nearly valid key of the class."""
    dice = rng.random()
    text = SHAPES[class_name](rng)
    if dice < 0.5:
        return text
    everything = inputs(corpus[class_name])
    if dice < 0.75:
        return mutated(rng, text, everything)
    if dice < 0.97:
        return mutated(rng, rng.choice(everything), everything)
    return SHAPES[rng.choice(list(SHAPES))](rng)


def generate(rng, count, corpus):
    """Generates `count` strings, half of them for course and usage keys."""
    shares = {name: 5 if name in ("CourseKey", "UsageKey") else 2 for name in CLASSES}
    shares["LearningContextKey"] = shares["CCXLocator"] = 3
    whole = sum(shares.values())
    return {
        class_name: cases(
            cls, [string(rng, class_name, corpus) for _ in range(count * shares[class_name] // whole + 1)]
        )
        for class_name, cls in CLASSES.items()
    }
