/* codec/individual_number.c - twelve digits of which the last is the check digit of an individual number. */
#include "codec/individual_number.h"

#define DIGITS 12
#define GROUP 4

/* What stands at the front of the text. */
enum part { OTHER, DIGIT, SEPARATOR };

/* Cuts one part off, and says which digit it was. Bytes of other characters are OTHER one by one. */
static enum part
part_cut(struct span *rest, unsigned *digit)
{
	static const struct {
		const char *text;
		enum part part;
	} wide[] = {
		{ "\xef\xbc\x8d", SEPARATOR }, /* － U+FF0D */
		{ "\xe3\x80\x80", SEPARATOR }, /* U+3000 */
		{ "\xe2\x80\x90", SEPARATOR }, /* ‐ U+2010 */
		{ "\xe2\x80\x91", SEPARATOR }, /* U+2011 */
		{ "\xe2\x80\x93", SEPARATOR }, /* – U+2013 */
		{ "\xe2\x88\x92", SEPARATOR }, /* − U+2212 */
		{ "\xc2\xa0", SEPARATOR },     /* U+00A0 */
	};
	uint8_t c = rest->data[0];

	if (c >= '0' && c <= '9') {
		*digit = c - (unsigned)'0';
		*rest = span_skip(*rest, 1);
		return DIGIT;
	}
	/* ０ is U+FF10: EF BC 90. */
	if (span_starts(*rest, "\xef\xbc") && rest->size >= 3 && rest->data[2] >= 0x90 && rest->data[2] <= 0x99) {
		*digit = rest->data[2] - 0x90u;
		*rest = span_skip(*rest, 3);
		return DIGIT;
	}
	for (size_t i = 0; i < COUNT(wide); i++) {
		if (span_starts(*rest, wide[i].text)) {
			*rest = span_skip(*rest, strlen(wide[i].text));
			return wide[i].part;
		}
	}
	*rest = span_skip(*rest, 1);
	return c == ' ' || c == '-' ? SEPARATOR : OTHER;
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

/* A run: digits in a row, with a single separator only behind each fourth. Returns how many digits; `digits` has the
 * first twelve. */
static size_t
run_cut(struct span *rest, unsigned digits[DIGITS])
{
	struct span after = *rest;
	size_t count = 0, row = 0;
	unsigned digit;
	bool grouped = false;

	while (after.size) {
		enum part part = part_cut(&after, &digit);

		if (part == DIGIT && !(grouped && row == GROUP)) {
			if (count < DIGITS)
				digits[count] = digit;
			count++;
			row++;
		} else if (part == SEPARATOR && row == GROUP && (grouped || count == GROUP) && count < DIGITS) {
			grouped = true;
			row = 0;
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
