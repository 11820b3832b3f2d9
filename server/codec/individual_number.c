/* codec/individual_number.c - twelve digits of which the last is the check digit of an individual number. */
#include "codec/individual_number.h"

#include "codec/text.h"

#define DIGITS 12
#define GROUP 4
#define GAP 3 /* " - " */

/* What stands at the front of the text. */
enum part { OTHER, DIGIT, SEPARATOR };

/* Bytes that are no character are cut one by one, so that none hides a digit. */
static uint32_t
character_cut(struct span *rest)
{
	struct span after = *rest;
	uint32_t c = utf8_cut(&after);

	for (size_t i = 1; i < rest->size - after.size; i++) {
		if ((rest->data[i] & 0xc0) != 0x80) {
			*rest = span_skip(*rest, 1);
			return 0xfffd;
		}
	}
	*rest = after;
	return c;
}

/* Blanks and punctuation, and the strokes that are typed for a hyphen. */
static bool
separates(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} marks[] = {
		{ 0x21, 0x2f }, { 0x3a, 0x40 }, { 0x5b, 0x60 }, { 0x7b, 0x7e }, { 0xa1, 0xbf }, { 0x2010, 0x2027 },
		{ 0x2030, 0x205e }, { 0x2212, 0x2219 }, { 0x22c5, 0x22c5 }, { 0x2500, 0x2503 }, { 0x2e00, 0x2e5d },
		{ 0x3001, 0x3003 }, { 0x3008, 0x3020 }, { 0x3030, 0x3030 }, { 0x30a0, 0x30a0 }, { 0x30fb, 0x30fc },
		{ 0xfe10, 0xfe19 }, { 0xfe30, 0xfe6b }, { 0xff01, 0xff0f }, { 0xff1a, 0xff20 }, { 0xff3b, 0xff40 },
		{ 0xff5b, 0xff65 }, { 0xff70, 0xff70 },
	};

	for (size_t i = 0; i < COUNT(marks); i++)
		if (c >= marks[i].first && c <= marks[i].last)
			return true;
	return character_blank(c);
}

/* Cuts one part off, with what nobody sees before it, and says which digit it was. */
static enum part
part_cut(struct span *rest, unsigned *digit)
{
	uint32_t c;

	do
		c = character_cut(rest);
	while (rest->size && !character_blank(c) && (character_unseen(c) || character_selects(c)));
	if (c >= '0' && c <= '9') {
		*digit = c - (unsigned)'0';
		return DIGIT;
	}
	if (c >= 0xff10 && c <= 0xff19) {
		*digit = c - 0xff10;
		return DIGIT;
	}
	return separates(c) ? SEPARATOR : OTHER;
}

/* P1 to P11 from the right, without the check digit: Q is 2 to 7 and again from 2; 11 less the sum's remainder, 0 if
 * that is 0 or 1. */
static bool
check_digit_holds(const unsigned digits[DIGITS])
{
	unsigned sum = 0, left;

	for (unsigned n = 1; n < DIGITS; n++)
		sum += digits[DIGITS - 1 - n] * (n <= 6 ? n + 1 : n - 5);
	left = sum % 11;
	return digits[DIGITS - 1] == (left <= 1 ? 0 : 11 - left);
}

/* A run: digits in a row, with separators only behind each fourth, and few. Returns how many digits; `digits` has the
 * first twelve. */
static size_t
run_cut(struct span *rest, unsigned digits[DIGITS])
{
	struct span after = *rest;
	size_t count = 0, row = 0, gap = 0;
	unsigned digit;
	bool grouped = false;

	while (after.size) {
		enum part part = part_cut(&after, &digit);

		if (part == DIGIT && !(grouped && row == GROUP)) {
			if (count < DIGITS)
				digits[count] = digit;
			count++;
			row++;
			gap = 0;
		} else if (part == SEPARATOR && row == GROUP && (grouped || count == GROUP) && count < DIGITS) {
			grouped = true;
			row = 0;
			gap = 1;
			continue;
		} else if (part == SEPARATOR && gap && gap < GAP) {
			gap++;
			continue;
		} else {
			break;
		}
		*rest = after;
	}
	return count;
}

/* Most texts have too few digits, and every question is asked about: full-width ones begin with EF. */
static bool
has_digits(struct span text)
{
	size_t found = 0;

	for (size_t i = 0; i < text.size; i++)
		found += (uint8_t)(text.data[i] - '0') < 10 || text.data[i] == 0xef;
	return found >= DIGITS;
}

bool
individual_number_like(struct span text)
{
	unsigned digits[DIGITS] = { 0 }, digit;
	struct span at, next;

	if (!has_digits(text))
		return false;
	while (text.size) {
		at = text;
		if (part_cut(&text, &digit) != DIGIT)
			continue;
		if (run_cut(&at, digits) == DIGITS && check_digit_holds(digits)) {
			next = at;
			if (next.size == 0 || part_cut(&next, &digit) != DIGIT)
				return true;
		}
		/* The next run begins behind this row of digits: "2026 1234 5678 9012" may have it in its last
		 * three. */
		while (text.size) {
			next = text;
			if (part_cut(&next, &digit) != DIGIT)
				break;
			text = next;
		}
	}
	return false;
}

enum err
individual_number_refuse(struct span text, const char *pointer, struct problem *why)
{
	if (!individual_number_like(text))
		return OK;
	return problem_set(why, ERR_INVALID, "My Number Act 20",
	    "%s: this looks like an individual number, which nobody here may keep", pointer);
}
