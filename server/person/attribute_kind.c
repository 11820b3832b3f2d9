/* person/attribute_kind.c - which attributes there are, what they are called, and what a stated value must be. */
#include "base/calendar.h"
#include "person/attribute.h"

#define LINE "one line of text"
#define TEXT(ja, en) { { (const uint8_t *)(ja), sizeof(ja) - 1 }, { (const uint8_t *)(en), sizeof(en) - 1 } }

/* "1980-02-17" (OpenID Connect Core 1.0 s5.1, ISO 8601-1), a day the calendar has. */
static bool
is_date(struct span s)
{
	struct span rest = s, year = span_cut(&rest, '-'), month = span_cut(&rest, '-');
	uint64_t y, m, d;

	return s.size == 10 && year.size == 4 && month.size == 2 && span_number(year, &y) && span_number(month, &m) &&
	    span_number(rest, &d) && y >= 1850 && m >= 1 && m <= 12 && d >= 1 && d <= month_length((unsigned)y,
	    (unsigned)m);
}

/* "+81 90-1234-5678", "03-1234-5678": digits as people group them, 6 to 15 (ITU-T E.164). */
static bool
is_telephone(struct span s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];

		if (c >= '0' && c <= '9')
			digits++;
		else if (c != '-' && c != ' ' && c != '(' && c != ')' && !(c == '+' && i == 0))
			return false;
	}
	return digits >= 6 && digits <= 15;
}

static bool
is_web_address(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f || strchr("\"<>\\^`{|}", s.data[i]))
			return false;
	return span_starts(s, "https://") && s.size > strlen("https://");
}

static const struct attribute_kind kinds[] = {
	{ "name", TEXT("氏名", "Name"), true, 200, LINE, NULL },
	{ "name#ja-Kana-JP", TEXT("氏名のフリガナ", "Name in kana"), false, 200, LINE, NULL },
	{ "family_name", TEXT("姓", "Family name"), false, 100, LINE, NULL },
	{ "given_name", TEXT("名", "Given name"), false, 100, LINE, NULL },
	{ "nickname", TEXT("ニックネーム", "Nickname"), false, 100, LINE, NULL },
	{ "birthdate", TEXT("生年月日", "Date of birth"), true, 10, "a date such as 1980-02-17", is_date },
	{ "gender", TEXT("性別", "Sex"), true, 40, LINE, NULL },
	{ "address", TEXT("住所", "Address"), true, 400, LINE, NULL },
	{ "phone_number", TEXT("電話番号", "Telephone number"), false, 30,
	    "a telephone number such as +81 3-1234-5678", is_telephone },
	{ "organization", TEXT("勤務先・所属", "Organisation"), false, 200, LINE, NULL },
	{ "department", TEXT("部署", "Department"), false, 200, LINE, NULL },
	{ "job_title", TEXT("役職", "Job title"), false, 200, LINE, NULL },
	{ "website", TEXT("ウェブサイト", "Web site"), false, 400, "a web address that begins with https://",
	    is_web_address },
};
_Static_assert(COUNT(kinds) <= ATTRIBUTES_LARGEST, "an account can have all of them");

const struct attribute_kind *
attribute_kind_at(size_t index)
{
	return index < COUNT(kinds) ? &kinds[index] : NULL;
}

const struct attribute_kind *
attribute_kind_find(struct span name)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}
