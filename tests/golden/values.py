"""Simple and difficult values for every type of a data class."""

import math
import string
from datetime import datetime, timedelta, timezone
from uuid import UUID

from ccx_keys.locator import CCXBlockUsageLocator, CCXLocator
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator

import key_strings

PROFILES = ("realistic", "minimal", "unicode", "extreme", "mixed")

PEOPLE = ("Ada Lovelace", "Grace Hopper", "李小龙", "José Müller", "Noether, Emmy", "O'Neil", "Zoë", "Мария")
WORDS = "course exam verified audit honor professional learner staff discussion week section final demo".split()
# fmt: off
HARD_TEXTS = (
    "", " ", "\x00", "\x00\x01\x1f", "\x7f\x80\x9f", "\t\n\r", "\u2028\u2029", "\ufeffx", "\u202eabc",
    "\uffff\ufffe\ufffd", "\U0010ffff", "\ue000", "e\u0301", "é", "👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "𝒳𝒴",
    "½²①Ⅷ", "ﬀßẞİıſ", "हिन्दी", "العربية", "日本語", "null", "None", "NaN", "true", "0", "-1", "1e999", "[]", "{}",
    '{"a": [1, "b"]}', '"', "\\", "\\u0041", "\\\\\"", "'", "</script>", "&amp;", "%s%d{}", "../..",
    "2024-01-01T00:00:00", "course-v1:a+b+c", "a" * 63, "a" * 64, "é" * 32, "a" * 8191, "a" * 8192, "中" * 2731,
    "\ud7ff", "  both  ", "https://example.org/?a=1&b=%20#x",
)
LONGS = (
    0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**32,
    2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, -(2**62), 2**63 - 1, -(2**63), -(2**63) + 1, 2**63 - 2,
)
FLOATS = (
    0.0, -0.0, 1.0, -1.0, 0.1, 0.1 + 0.2, 1 / 3, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 123456789012345680.0, 1e-4,
    1e-5, 1e-7, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308,
    -1.7976931348623157e308, 4503599627370497.5, 9007199254740993.0, math.pi, 8.41e21, 2.2250738585072011e-308,
    9.5367431640625e-07, math.inf, -math.inf, math.nan,
)
# fmt: on
OFFSETS = tuple(
    timedelta(**offset)
    for offset in (
        {"hours": 0},
        {"hours": 5, "minutes": 30},
        {"hours": -3, "minutes": -30},
        {"hours": 14},
        {"hours": -12},
        {"minutes": -1},
        {"hours": 5, "minutes": 53, "seconds": 28},
        {"seconds": 1},
        {"seconds": -1},
        {"hours": 23, "minutes": 59, "seconds": 59},
        {"hours": -23, "minutes": -59, "seconds": -59},
        {"microseconds": 1},
        {"hours": 1, "microseconds": -250000},
        {"hours": -23, "minutes": -59, "seconds": -59, "microseconds": -999999},
        {"minutes": 1},
        {"hours": -1, "seconds": 30},
    )
)


class Values:
    """Generates values and records their special features in `tags`."""

    def __init__(self, rng, profile, corpus, large):
        self.rng, self.profile, self.corpus, self.large = rng, profile, corpus, large
        self.tags = set()
        # The nesting depth in arrays and maps, whose items are short and few.
        self.depth = 0

    def items(self, make):
        """Calls `make` any number of times."""
        size = self.size()
        self.depth += 1
        items = [make() for _ in range(size)]
        self.depth -= 1
        return items

    def tag(self, name, value):
        self.tags.add(name)
        return value

    def is_hard(self, often=0.35):
        return self.profile in ("unicode", "extreme") or self.profile == "mixed" and self.rng.random() < often

    def text(self, field=""):
        rng = self.rng
        if self.profile == "minimal":
            return self.tag("str_empty", "")
        if not self.is_hard():
            if field in ("start", "end") and rng.random() < 0.5:
                return self.tag("str_from_datetime", self.datetime())
            if "url" in field:
                return f"https://courses.example.org/{rng.choice(WORDS)}/{rng.randrange(999)}?a=1&b=%20#frag"
            if "email" in field:
                return f"user{rng.randrange(9999)}@example.com"
            if "name" in field:
                return rng.choice(PEOPLE)
            return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 5)))
        kind = rng.random()
        large = self.large and not self.depth
        if kind < 0.4:
            text = rng.choice(HARD_TEXTS) if large else rng.choice([text for text in HARD_TEXTS if len(text) < 99])
        elif kind < 0.8:
            text = "".join(self.character() for _ in range(rng.choice((1, 2, 3, 8, 21, 40))))
        elif kind < 0.97 or not large:
            text = " ".join(rng.choice([text for text in HARD_TEXTS if len(text) < 99]) for _ in range(3))
        else:
            text = "".join(self.character() for _ in range(rng.choice((127, 128, 700, 5000))))
        for name, found in (
            ("str_empty", not text),
            ("str_long", len(text) > 99),
            ("str_control", any(char < " " for char in text)),
            ("str_unicode", not text.isascii()),
            ("str_not_bmp", any(char > "\uffff" for char in text)),
        ):
            if found:
                self.tags.add(name)
        return text

    def character(self):
        kind = self.rng.random()
        if kind < 0.2:
            return chr(self.rng.randrange(0x20))
        if kind < 0.5:
            return self.rng.choice(string.printable)
        return chr(
            self.rng.choice(
                (
                    self.rng.randrange(0x7F, 0x800),
                    self.rng.randrange(0x800, 0xD800),
                    self.rng.randrange(0xE000, 0x10000),
                    self.rng.randrange(0x10000, 0x110000),
                )
            )
        )

    def integer(self):
        if self.profile == "minimal":
            return 0
        if self.profile == "extreme" or self.profile == "mixed" and self.rng.random() < 0.4:
            self.tags.add("int_extreme")
            return self.rng.choice(LONGS) if self.rng.random() < 0.6 else self.rng.randint(-(2**63), 2**63 - 1)
        return self.rng.choice((self.rng.randrange(10_000), self.rng.randrange(100_000_000)))

    def boolean(self):
        return self.profile != "minimal" and self.rng.random() < 0.5

    def double(self):
        if self.profile == "minimal":
            return 0.0
        if not self.is_hard(0.6):
            return self.tag("float_int", self.rng.randrange(2)) if self.rng.random() < 0.2 else self.rng.random()
        if self.rng.random() < 0.6:
            value = self.rng.choice(FLOATS)
        else:
            value = math.ldexp(self.rng.uniform(-1, 1), self.rng.randint(-1073, 1023))
        return self.tag("float_extreme" if math.isfinite(value) else "float_not_finite", value)

    def datetime(self):
        rng = self.rng
        if self.profile == "minimal":
            return datetime(1970, 1, 1, tzinfo=timezone.utc)
        value = datetime(2012, 1, 1) + timedelta(seconds=rng.randrange(600_000_000))
        if rng.random() < 0.5:
            value = value.replace(microsecond=rng.randrange(1_000_000))
        if not self.is_hard():
            return value.replace(tzinfo=timezone.utc)
        if rng.random() < 0.4:
            value = value.replace(microsecond=rng.choice((0, 1, 10, 100_000, 120_000, 999_999, 1_000)))
            self.tags.add("dt_microsecond_edges")
        if rng.random() < 0.2:
            self.tags.add("dt_limits")
            value = rng.choice(
                (
                    datetime.min,
                    datetime.max,
                    datetime(999, 5, 6, 7, 8, 9, 10),
                    datetime(1969, 12, 31, 23, 59, 59, 999_999),
                    datetime(2000, 2, 29),
                    datetime(1900, 2, 28, 23, 59, 59),
                    datetime(2038, 1, 19, 3, 14, 8),
                    datetime(9999, 12, 31),
                )
            )
        if rng.random() < 0.3:
            return self.tag("dt_naive", value)
        return self.tag("dt_offset", value.replace(tzinfo=timezone(rng.choice(OFFSETS))))

    def uuid(self):
        if self.profile == "minimal":
            return UUID(int=0)
        if self.is_hard() and self.rng.random() < 0.2:
            return self.tag("uuid_max", UUID(int=2**128 - 1))
        return UUID(int=self.rng.getrandbits(128))

    def key(self, cls):
        """Generates a key of the class, from the corpus, from a generated string, or from parts."""
        rng = self.rng
        made = self.key_of_parts(cls) if self.is_hard() and rng.random() < 0.1 else None
        if made is not None:
            return self.tag("key_of_parts", made)
        while True:
            if self.is_hard():
                text = key_strings.string(rng, cls.__name__, self.corpus)
            else:
                text = rng.choice(self.corpus[cls.__name__]["valid"])["input"]
            case = key_strings.verdict(cls, text)
            # The written string must be a valid key again; otherwise the event could not be read.
            if case is None or key_strings.verdict(cls, case.get("canonical", text)) is None:
                continue
            self.tags.add("key_" + case["class"])
            for tag in ("deprecated", "canonical"):
                if tag in case:
                    self.tags.add("key_" + tag)
            if not text.isascii():
                self.tags.add("key_unicode")
            return cls.from_string(text)

    def key_of_parts(self, cls):
        course = CourseLocator("org", "course", self.rng.choice(("run", "Žluťoučký", "~.:-_")))
        if cls is UsageKey:
            return self.rng.choice(
                (
                    BlockUsageLocator(course, None, "b"),
                    BlockUsageLocator(CourseLocator("o", "c", None, "draft", deprecated=True), "problem", "p:%"),
                    CCXBlockUsageLocator(CCXLocator.from_course_locator(course, 7), "html", "x"),
                )
            )
        if cls is CCXLocator:
            return CCXLocator.from_course_locator(course, self.rng.randrange(10**9))
        return CCXLocator.from_course_locator(course, 1) if cls is CourseKey else None

    def size(self):
        if self.profile == "minimal":
            return self.tag("empty", 0)
        if self.profile == "extreme" and not self.depth and self.rng.random() < 0.3:
            return self.tag("many", self.rng.choice((63, 64, 65, 130, 1000)) if self.large else 65)
        return self.rng.choice((0, 1, 2, 3, 4))
