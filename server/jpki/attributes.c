/* jpki/attributes.c - the holder's attributes in a signature certificate.
 *
 * On cards they stand in the order name, date of birth, sex, address, substitutions; they are told apart by their types
 * alone.
 */
#include "jpki/attributes.h"

#include <assert.h>
#include <time.h>

#include "base/calendar.h"
#include "codec/comparable.h"
#include "codec/der.h"
#include "codec/text.h"

#define CLAUSE "RFC 5280 s4.2.1.6"

/* 1.2.392.200149.8.5.5, under which all of them are. */
static const struct span root = { (const uint8_t *)"\x2a\x83\x08\x8c\x9b\x55\x08\x05\x05", 9 };

static bool
is_attribute(struct span oid)
{
	return oid.size > root.size && span_equal(span_first(oid, root.size), root);
}

/* The next otherName of SubjectAltName; other names are passed over. False: there are no more. */
static bool
next_other_name(struct span *names, struct span *type, struct span *value)
{
	struct span name, outer;
	uint8_t tag;

	while (der_any(names, &tag, &name))
		if (tag == DER_CONTEXT(0) && der_oid(&name, DER_OID, type) &&
		    der_enter(&name, DER_CONTEXT(0), &outer)) {
			*value = outer;
			return true;
		}
	return false;
}

bool
jpki_attributes_there(const struct x509 *x)
{
	struct span value = x->subject_names.value, names, type, ignored;

	if (!der_enter(&value, DER_SEQUENCE, &names))
		return false;
	while (next_other_name(&names, &type, &ignored))
		if (is_attribute(type))
			return true;
	return false;
}

/* What each of the six says; a sentence names the attribute, never its value. */

static enum err
wrong_form(struct problem *why, const char *what, const char *expected)
{
	return problem_set(why, ERR_SYNTAX, "", "the certificate's %s is not %s", what, expected);
}

static enum err
read_name(struct span text, struct jpki_attributes *out, struct problem *why)
{
	(void)why;
	out->name = text;
	return OK;
}

static enum err
read_address(struct span text, struct jpki_attributes *out, struct problem *why)
{
	(void)why;
	out->address = text;
	return OK;
}

static enum err
read_name_substituted(struct span text, struct jpki_attributes *out, struct problem *why)
{
	(void)why;
	out->name_substituted = text;
	return OK;
}

static enum err
read_address_substituted(struct span text, struct jpki_attributes *out, struct problem *why)
{
	(void)why;
	out->address_substituted = text;
	return OK;
}

/* 1 male, 2 female; what else there is has been told in two ways (3, 9), and is nobody's business. */
static enum err
read_sex(struct span text, struct jpki_attributes *out, struct problem *why)
{
	if (text.size != 1 || text.data[0] < '0' || text.data[0] > '9')
		return wrong_form(why, "sex", "one digit");
	out->sex = text.data[0] == '1' ? SEX_MALE : text.data[0] == '2' ? SEX_FEMALE : SEX_UNSPECIFIED;
	return OK;
}

/* EYYYYMMDD: an era, then a date of the Gregorian calendar, zeros where it is not known. */
static enum err
read_birth(struct span text, struct jpki_attributes *out, struct problem *why)
{
	struct birth_date born;
	uint64_t digits;

	if (text.size != strlen("EYYYYMMDD") || !span_number(text, &digits))
		return wrong_form(why, "date of birth", "nine digits");
	born.day = (unsigned)(digits % 100);
	born.month = (unsigned)(digits / 100 % 100);
	born.year = (unsigned)(digits / 10000 % 10000);
	born.era = (unsigned)(digits / 100000000);
	if (born.month > 12 || born.day > (born.month ? month_length(born.year, born.month) : 31))
		return problem_set(why, ERR_INVALID, "", "the certificate's date of birth is in no calendar");
	out->born = born;
	return OK;
}

static const struct {
	const char *what;
	enum err (*read)(struct span, struct jpki_attributes *, struct problem *why);
} kinds[] = { /* by the last number of the type */
	[1] = { "name", read_name },
	[2] = { "substitutions in the name", read_name_substituted },
	[3] = { "sex", read_sex },
	[4] = { "date of birth", read_birth },
	[5] = { "address", read_address },
	[6] = { "substitutions in the address", read_address_substituted },
};

/* The kinds' index; 0: none we know. */
static size_t
kind_of(struct span type)
{
	uint8_t last = type.data[type.size - 1];

	return type.size == root.size + 1 && last < COUNT(kinds) ? last : 0;
}

/* New ones will come (a name's reading, a former name): they are kept as they are, and text where they are text. */
static enum err
keep_other(struct span type, struct span value, struct jpki_attributes *out, struct problem *why)
{
	struct span text = { 0 };

	for (size_t i = 0; i < out->other_count; i++)
		if (span_equal(out->others[i].oid, type))
			return problem_set(why, ERR_INVALID, CLAUSE, "an attribute of the certificate stands twice");
	if (out->other_count == JPKI_OTHER_ATTRIBUTES)
		return problem_set(why, ERR_LIMIT, CLAUSE,
		    "the certificate has more than %d attributes that are not known",
		    JPKI_OTHER_ATTRIBUTES);
	if (!der_enter(&value, DER_UTF8_STRING, &text) || value.size || !utf8_valid(text))
		text = (struct span){ 0 };
	out->others[out->other_count++] = (struct jpki_attribute){ type, text };
	return OK;
}

static enum err
read_attribute(struct span type, struct span value, bool there[], struct jpki_attributes *out, struct problem *why)
{
	size_t kind = kind_of(type);
	struct span text;

	if (kind == 0)
		return keep_other(type, value, out, why);
	if (there[kind])
		return problem_set(why, ERR_INVALID, CLAUSE, "the certificate's %s stands twice", kinds[kind].what);
	there[kind] = true;
	if (!der_enter(&value, DER_UTF8_STRING, &text) || value.size || !utf8_valid(text))
		return wrong_form(why, kinds[kind].what, "a text in UTF-8");
	return kinds[kind].read(text, out, why);
}

/* Whether flags do not tell of each character of their text. */
static bool
is_unclear(struct span flags, struct span text)
{
	size_t characters = 0;

	for (size_t i = 0; i < flags.size; i++)
		if (flags.data[i] != '0' && flags.data[i] != '1')
			return true;
	while (text.size) {
		utf8_cut(&text);
		characters++;
	}
	return flags.size && flags.size != characters;
}

enum err
jpki_attributes_read(const struct x509 *x, struct jpki_attributes *out, struct problem *why)
{
	struct span value = x->subject_names.value, names, type;
	bool there[COUNT(kinds)] = { false };
	enum err err = OK;

	memset(out, 0, sizeof(*out));
	if (value.size == 0)
		return OK;
	if (!der_enter(&value, DER_SEQUENCE, &names) || value.size)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the certificate's subjectAltName is not DER of names");
	while (err == OK && next_other_name(&names, &type, &value))
		if (is_attribute(type))
			err = read_attribute(type, value, there, out, why);
	if (err == OK && names.size)
		err = problem_set(why, ERR_SYNTAX, CLAUSE, "the certificate's subjectAltName is not DER of names");
	if (err != OK) {
		memset(out, 0, sizeof(*out));
		return err;
	}
	out->substitution_unclear = is_unclear(out->name_substituted, out->name) ||
	    is_unclear(out->address_substituted, out->address);
	return OK;
}

static bool
is_complete(const struct birth_date *born)
{
	return born->year && born->month && born->day;
}

/* Somebody becomes so old as the birthday begins (年齢計算ニ関スル法律; 民法 143); born on a leap day, as March begins in
 * the years that have none. */
int
jpki_age_over(const struct birth_date *born, unsigned years, struct instant on)
{
	time_t seconds = (time_t)((on.us + JAPAN) / SECONDS(1));
	unsigned year, day_of_year;
	struct tm today;

	if (!is_complete(born) || !gmtime_r(&seconds, &today) || today.tm_year < 0)
		return -1;
	year = (unsigned)today.tm_year + 1900;
	day_of_year = (unsigned)(today.tm_mon + 1) * 100 + (unsigned)today.tm_mday;
	if (year < born->year || year - born->year < years)
		return 0;
	if (year - born->year > years)
		return 1;
	return day_of_year >= born->month * 100 + born->day;
}

static const char *const prefectures[] = {
	"北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
	"東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
	"滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
	"香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
};
static_assert(COUNT(prefectures) == 47, "there are 47 of them");

bool
jpki_prefecture(struct span address, struct span *out)
{
	*out = (struct span){ 0 };
	for (size_t i = 0; i < COUNT(prefectures); i++)
		if (span_starts(address, prefectures[i])) {
			*out = span_first(address, strlen(prefectures[i]));
			return true;
		}
	return false;
}

static char *
put_digits(char *to, unsigned value, size_t digits)
{
	for (size_t i = digits; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + digits;
}

const char *
jpki_birth_text(const struct birth_date *born, char out[11])
{
	char *to = out;

	if (is_complete(born)) {
		to = put_digits(to, born->year, 4);
		*to++ = '-';
		to = put_digits(to, born->month, 2);
		*to++ = '-';
		to = put_digits(to, born->day, 2);
	}
	*to = '\0';
	return out;
}

bool
jpki_text_same(struct span a, struct span b)
{
	struct buffer a_text = buffer_init(SIZE_MAX), b_text = buffer_init(SIZE_MAX);
	bool same;

	comparable_add(&a_text, a);
	comparable_add(&b_text, b);
	same = buffer_span(&a_text).size && span_equal(buffer_span(&a_text), buffer_span(&b_text));
	buffer_release(&a_text);
	buffer_release(&b_text);
	return same;
}
