/* codec/text.c - small encodings, read strictly: one way to write each value, so that equal values are equal texts. */
#include "codec/text.h"

static const char lower_digits[] = "0123456789abcdef", upper_digits[] = "0123456789ABCDEF";

/* The value of a hexadecimal digit, or -1. */
static int
digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static void
put_hex(uint8_t *to, struct span s)
{
	for (size_t i = 0; i < s.size; i++) {
		to[2 * i] = (uint8_t)lower_digits[s.data[i] >> 4];
		to[2 * i + 1] = (uint8_t)lower_digits[s.data[i] & 15];
	}
}

const char *
hex_write(struct arena *a, struct span s)
{
	uint8_t *text = arena_take(a, s.size * 2 + 1);

	put_hex(text, s);
	return (const char *)text;
}

void
hex_add(struct buffer *b, struct span s)
{
	uint8_t *to = b->overflowed ? NULL : buffer_reserve(b, 2 * s.size);

	if (!to)
		return;
	put_hex(to, s);
	buffer_filled(b, 2 * s.size);
}

const char *
hex_text(struct span s, char *out)
{
	put_hex((uint8_t *)out, s);
	out[2 * s.size] = '\0';
	return out;
}

bool
hex_read(struct span s, uint8_t *out, size_t size)
{
	if (s.size % 2 || s.size / 2 != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = digit_value(s.data[2 * i]), low = digit_value(s.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* RFC 4648 s4 and s5: they differ in the last two letters and in the padding. */
struct alphabet {
	char last[2];
	bool padded;
};
static const struct alphabet plain = { { '+', '/' }, true }, url = { { '-', '_' }, false };

static uint8_t
letter_of(const struct alphabet *alphabet, uint32_t value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	return (uint8_t)(value < 62 ? letters[value] : alphabet->last[value - 62]);
}

/* Of the letters that both alphabets have, by their number in ASCII, one more than what they stand for: a branch for
 * each range of letters is guessed wrong all the time, and a token has a thousand letters. */
static const uint8_t values[UINT8_MAX + 1] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
};

static int
letter_value(const struct alphabet *alphabet, uint8_t c)
{
	if (values[c])
		return values[c] - 1;
	if (c == (uint8_t)alphabet->last[0])
		return 62;
	return c == (uint8_t)alphabet->last[1] ? 63 : -1;
}

int
base64url_value(uint8_t letter)
{
	return letter_value(&url, letter);
}

static struct span
write_letters(struct arena *a, const struct alphabet *alphabet, struct span s)
{
	uint8_t *text = arena_take(a, (s.size + 2) / 3 * 4), *to = text;

	for (size_t i = 0; i < s.size; i += 3) {
		size_t bytes = s.size - i < 3 ? s.size - i : 3;
		uint32_t group = (uint32_t)s.data[i] << 16;

		if (bytes > 1)
			group |= (uint32_t)s.data[i + 1] << 8;
		if (bytes > 2)
			group |= s.data[i + 2];
		for (size_t n = 0; n <= bytes; n++)
			*to++ = letter_of(alphabet, group >> (18 - 6 * n) & 63);
		for (size_t n = bytes; n < 3 && alphabet->padded; n++)
			*to++ = '=';
	}
	return span_of(text, (size_t)(to - text));
}

static bool
read_letters(struct arena *a, const struct alphabet *alphabet, struct span s, struct span *out)
{
	uint8_t *bytes, *to;
	uint32_t group = 0;
	unsigned bits = 0;

	if (alphabet->padded) {
		if (s.size % 4)
			return false;
		for (int i = 0; i < 2 && s.size && s.data[s.size - 1] == '='; i++)
			s.size--;
	}
	/* One letter alone holds less than a byte. */
	if (s.size % 4 == 1)
		return false;
	to = bytes = arena_take(a, s.size / 4 * 3 + 2);
	for (size_t i = 0; i < s.size; i++) {
		int value = letter_value(alphabet, s.data[i]);

		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*to++ = (uint8_t)(group >> bits);
		}
	}
	/* Spare bits that are not zero would give one value two texts (RFC 4648 s3.5). */
	if (group & ((1u << bits) - 1))
		return false;
	*out = span_of(bytes, (size_t)(to - bytes));
	return true;
}

struct span
base64_write(struct arena *a, struct span s)
{
	return write_letters(a, &plain, s);
}

struct span
base64url_write(struct arena *a, struct span s)
{
	return write_letters(a, &url, s);
}

bool
base64_read(struct arena *a, struct span s, struct span *out)
{
	return read_letters(a, &plain, s, out);
}

bool
base64url_read(struct arena *a, struct span s, struct span *out)
{
	return read_letters(a, &url, s, out);
}

bool
percent_read(struct arena *a, struct span s, struct span *out)
{
	uint8_t *bytes, *to;

	if (s.size == 0 || !memchr(s.data, '%', s.size)) {
		*out = s;
		return true;
	}
	to = bytes = arena_take(a, s.size);
	for (size_t i = 0; i < s.size; i++) {
		int high, low;

		if (s.data[i] != '%') {
			*to++ = s.data[i];
			continue;
		}
		if (s.size - i < 3)
			return false;
		high = digit_value(s.data[i + 1]);
		low = digit_value(s.data[i + 2]);
		if (high < 0 || low < 0)
			return false;
		*to++ = (uint8_t)(high << 4 | low);
		i += 2;
	}
	*out = span_of(bytes, (size_t)(to - bytes));
	return true;
}

/* RFC 3986 s2.3. */
static bool
is_unreserved(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	    c == '_' || c == '~';
}

struct span
percent_write(struct arena *a, struct span s)
{
	uint8_t *text = arena_take(a, s.size * 3), *to = text;

	for (size_t i = 0; i < s.size; i++) {
		if (is_unreserved(s.data[i])) {
			*to++ = s.data[i];
			continue;
		}
		/* Upper case: RFC 3986 s2.1 makes it the normal form. */
		*to++ = '%';
		*to++ = (uint8_t)upper_digits[s.data[i] >> 4];
		*to++ = (uint8_t)upper_digits[s.data[i] & 15];
	}
	return span_of(text, (size_t)(to - text));
}

/* The size of the well-formed sequence at the front (Unicode 15 table 3-7), or 0. */
static size_t
sequence_size(const uint8_t *p, size_t left)
{
	static const struct {
		uint8_t first, last, second_first, second_last;
		size_t size;
	} table[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, /* below: overlong */
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, /* above: surrogates */
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, /* below: overlong */
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 }, /* above: past U+10FFFF */
	};
	size_t row = 0;

	if (p[0] < 0x80)
		return 1;
	while (row < COUNT(table) && (p[0] < table[row].first || p[0] > table[row].last))
		row++;
	if (row == COUNT(table) || left < table[row].size || p[1] < table[row].second_first ||
	    p[1] > table[row].second_last)
		return 0;
	for (size_t i = 2; i < table[row].size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return table[row].size;
}

struct span
utf8_first(struct span s, size_t most)
{
	if (s.size <= most)
		return s;
	while (most && (s.data[most] & 0xc0) == 0x80)
		most--;
	return span_first(s, most);
}

uint32_t
utf8_cut(struct span *rest)
{
	uint8_t first = rest->data[0];
	size_t more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t c = more ? first & (0x3fu >> more) : first;
	size_t i = 1;

	for (; i <= more && i < rest->size; i++)
		c = c << 6 | (rest->data[i] & 0x3fu);
	*rest = span_skip(*rest, i);
	return c;
}

struct range {
	uint32_t first, last;
};

static bool
is_within(const struct range *ranges, size_t count, uint32_t character)
{
	for (size_t i = 0; i < count && character >= ranges[i].first; i++)
		if (character <= ranges[i].last)
			return true;
	return false;
}

bool
character_unseen(uint32_t character)
{
	/* Unicode's Default_Ignorable_Code_Point without the variation selectors; controls; separators of lines;
	 * marks of annotations; what has an empty glyph and is no blank. */
	static const struct range unseen[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x2800, 0x2800 }, { 0x3164, 0x3164 }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe00ff },
		{ 0xe01f0, 0xe0fff },
	};

	if (character >= ' ' && character <= '~')
		return false;
	return is_within(unseen, COUNT(unseen), character);
}

bool
character_selects(uint32_t character)
{
	return (character >= 0xfe00 && character <= 0xfe0f) || (character >= 0xe0100 && character <= 0xe01ef);
}

bool
character_is_picture(uint32_t character)
{
	static const struct range pictures[] = {
		{ 0xa9, 0xa9 }, { 0xae, 0xae }, { 0x203c, 0x203c }, { 0x2049, 0x2049 }, { 0x2122, 0x2122 },
		{ 0x2139, 0x2139 }, { 0x2190, 0x21ff }, { 0x2300, 0x23ff }, { 0x24c2, 0x24c2 }, { 0x25aa, 0x25fe },
		{ 0x2600, 0x27bf }, { 0x2934, 0x2935 }, { 0x2b00, 0x2bff }, { 0x3030, 0x3030 }, { 0x303d, 0x303d },
		{ 0x3297, 0x3299 }, { 0x1f000, 0x1faff },
	};

	return is_within(pictures, COUNT(pictures), character);
}

bool
character_unseen_behind(uint32_t before, uint32_t character)
{
	static const struct range han[] = {
		{ 0x3005, 0x3007 }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xf900, 0xfaff }, { 0x20000, 0x323af },
	};

	if (!character_selects(character))
		return character_unseen(character);
	if (is_within(han, COUNT(han), before))
		return false;
	return !((character == 0xfe0e || character == 0xfe0f) && character_is_picture(before));
}

bool
utf8_line(struct span s)
{
	uint32_t before = 0, c;

	if (!utf8_valid(s))
		return false;
	for (; s.size; before = c) {
		c = utf8_cut(&s);
		if (character_unseen_behind(before, c))
			return false;
	}
	return true;
}

bool
character_blank(uint32_t character)
{
	static const struct range blanks[] = {
		{ 0x09, 0x0d }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a },
		{ 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
	};

	return is_within(blanks, COUNT(blanks), character);
}

bool
utf8_valid(struct span s)
{
	size_t at = 0;

	while (at < s.size) {
		uint64_t eight, more[4];
		size_t size;

		/* Most text is ASCII: many bytes at a time. */
		if (s.size - at >= sizeof(more)) {
			memcpy(more, s.data + at, sizeof(more));
			if (((more[0] | more[1] | more[2] | more[3]) & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(more);
				continue;
			}
		}
		if (s.size - at >= sizeof(eight)) {
			memcpy(&eight, s.data + at, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(eight);
				continue;
			}
		}
		size = sequence_size(s.data + at, s.size - at);
		if (size == 0)
			return false;
		at += size;
	}
	return true;
}

/* The letter behind the backslash, 'u' for those that have none of their own, 0 for what is written as it is. */
static char
escape_of(uint8_t c)
{
	static const char controls[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

	if (c < 0x20)
		return controls[c];
	return c == '"' || c == '\\' ? (char)c : '\0';
}

/* Eight bytes of ASCII with nothing in them to escape, as most of what is written has. Each test sets a byte's high
 * bit; a borrow from the byte beneath may set one too many, never one too few, and then they are looked at one by
 * one. */
static inline bool
eight_plain(const uint8_t *bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t eight, quotes, slashes;

	memcpy(&eight, bytes, sizeof(eight));
	quotes = eight ^ ones * '"';
	slashes = eight ^ ones * '\\';
	return ((eight | (eight - ones * 0x20) | (quotes - ones) | (slashes - ones)) & ones * 0x80) == 0;
}

void
json_write_string(struct buffer *out, struct span s)
{
	size_t done = 0, size;

	buffer_byte(out, '"');
	for (size_t i = 0; i < s.size; i += size) {
		char escape = escape_of(s.data[i]);
		uint8_t written[6] = { '\\', (uint8_t)escape, '0', '0' };

		if (s.size - i >= 8 && eight_plain(s.data + i)) {
			size = 8;
			continue;
		}
		size = sequence_size(s.data + i, s.size - i);
		if (!escape && size)
			continue;
		buffer_add(out, span_of(s.data + done, i - done));
		if (escape == 'u') {
			written[4] = (uint8_t)lower_digits[s.data[i] >> 4];
			written[5] = (uint8_t)lower_digits[s.data[i] & 15];
		}
		if (size)
			buffer_add(out, span_of(written, escape == 'u' ? 6 : 2));
		else
			buffer_text(out, "\xef\xbf\xbd"); /* U+FFFD */
		size = size ? size : 1;
		done = i + size;
	}
	buffer_add(out, span_skip(s, done));
	buffer_byte(out, '"');
}

void
json_write_lines(struct buffer *out, struct span lines)
{
	bool first = true;

	buffer_byte(out, '[');
	for (; lines.size; first = false) {
		buffer_text(out, first ? "" : ",");
		json_write_string(out, span_cut(&lines, '\n'));
	}
	buffer_byte(out, ']');
}
