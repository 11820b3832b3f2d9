/* tools/testcard/holder.c - a citizen of the test world. */
#include "testcard/holder.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "codec/text.h"

/* 23:59:59 in Japan. */
#define END_OF_DAY 53999

/* Birth */

static unsigned
era_of(unsigned date)
{
	static const struct { unsigned from, era; } eras[] = {
		{ 20190501, 5 }, { 19890108, 4 }, { 19261225, 3 }, { 19120730, 2 }, { 18680125, 1 },
	};

	for (size_t i = 0; i < COUNT(eras); i++)
		if (date >= eras[i].from)
			return eras[i].era;
	return 0;
}

/* A part of a date that has so many digits; nothing is 0. */
static bool
part_read(struct span *rest, size_t digits, unsigned *out)
{
	struct span part = span_cut(rest, '-');
	uint64_t number = 0;

	if (part.size != 0 && (part.size != digits || !span_number(part, &number)))
		return false;
	*out = (unsigned)number;
	return true;
}

enum err
born_read(struct arena *a, const char *text, const char **digits, struct problem *why)
{
	struct span rest = span_text(text);
	unsigned year, month, day;

	if (strcmp(text, "unknown") == 0) {
		*digits = "000000000";
		return OK;
	}
	if (strlen(text) == 9 && strspn(text, "0123456789") == 9) {
		*digits = text;
		return OK;
	}
	if (!part_read(&rest, 4, &year) || !part_read(&rest, 2, &month) || !part_read(&rest, 2, &day) || rest.size ||
	    year == 0)
		return problem_set(why, ERR_SYNTAX, "", "--born: expected YYYY-MM-DD, YYYY-MM, YYYY, unknown or nine "
		    "digits, found \"%s\"", text);
	*digits = arena_print(a, "%u%04u%02u%02u", era_of(year * 10000 + (month ? month : 12) * 100 +
	    (day ? day : 31)), year, month, day);
	return OK;
}

struct instant
holder_until(const char *born, struct instant from)
{
	uint64_t month, day;
	time_t seconds = (time_t)(from.us / 1000000), birthday;
	struct tm parts;

	if (!born || !span_number(span_of(born + 5, 2), &month) || !span_number(span_of(born + 7, 2), &day))
		month = day = 0;
	if (!gmtime_r(&seconds, &parts))
		abort();
	if (month && day) {
		parts.tm_mon = (int)month - 1;
		parts.tm_mday = month == 2 && day == 29 ? 28 : (int)day;
	}
	parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
	birthday = timegm(&parts);
	parts.tm_year += birthday > seconds ? 4 : 5;
	return (struct instant){ SECONDS(timegm(&parts) + END_OF_DAY) };
}

enum err
municipality_read(struct arena *a, const char *text, struct municipality *out, struct problem *why)
{
	struct span rest = span_text(text), prefecture = span_cut(&rest, '/'), name = span_cut(&rest, '/');

	/* It becomes a path beneath DIR/crl too. */
	if (!prefecture.size || !name.size || prefecture.data[0] == '.' || name.data[0] == '.' ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-/0123456789") != strlen(text) ||
	    (rest.size && (rest.size != 5 || strspn((const char *)rest.data, "0123456789") != 5)))
		return problem_set(why, ERR_SYNTAX, "",
		    "--municipality: expected PREFECTURE/NAME in Latin letters, perhaps "
		    "with a code of five digits (Tokyo-to/Shibuya-ku/13113), found \"%s\"",
		    text);
	*out = (struct municipality){ arena_text(a, prefecture), arena_text(a, name),
	    rest.size ? arena_text(a, rest) : "00000" };
	return OK;
}

/* Attributes */

static size_t
characters(const char *text)
{
	struct span rest = span_text(text);
	size_t count = 0;

	while (rest.size) {
		utf8_cut(&rest);
		count++;
	}
	return count;
}

static const char *
no_substitutes(struct arena *a, const char *text)
{
	size_t count = characters(text);
	char *out = arena_take(a, count + 1);

	memset(out, '0', count);
	return out;
}

struct span
holder_names(struct arena *a, const struct holder *h)
{
	const char *name_flags = h->name_substituted, *address_flags = h->address_substituted;
	struct span parts[6 + OTHER_ATTRIBUTES];
	size_t count = 0;

	if (!name_flags && h->name)
		name_flags = no_substitutes(a, h->name);
	if (!address_flags && h->address)
		address_flags = no_substitutes(a, h->address);
	const struct { const char *oid, *text; } attributes[] = {
		{ OID_ATTRIBUTE ".1", h->name }, { OID_ATTRIBUTE ".4", h->born }, { OID_ATTRIBUTE ".3", h->sex },
		{ OID_ATTRIBUTE ".5", h->address }, { OID_ATTRIBUTE ".2", name_flags },
		{ OID_ATTRIBUTE ".6", address_flags },
	};

	for (size_t i = 0; i < COUNT(attributes); i++)
		if (attributes[i].text)
			parts[count++] = other_name(a, attributes[i].oid, attributes[i].text);
	for (size_t i = 0; i < h->other_count; i++)
		parts[count++] = other_name(a, h->others[i].oid, h->others[i].text);
	return asn_make(a, DER_SEQUENCE, parts, count);
}

/* Certificates */

static void
random_letters(char *out, size_t count, const char *of)
{
	uint8_t bytes[16];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < count; i++)
		out[i] = of[bytes[i] % strlen(of)];
}

/* Year to second, and fourteen digits more. */
static const char *
signature_number(struct arena *a, struct instant now)
{
	time_t seconds = (time_t)(now.us / 1000000) + 9 * 3600;
	char *out = arena_take(a, 14 + 14 + 1);
	struct tm parts;

	if (!gmtime_r(&seconds, &parts))
		abort();
	strftime(out, 15, "%Y%m%d%H%M%S", &parts);
	random_letters(out + 14, 14, "0123456789");
	return out;
}

/* Fourteen letters and digits, the municipality, three digits, a letter. */
static const char *
authentication_number(struct arena *a, const struct municipality *m)
{
	char first[15] = "", last[5] = "";

	random_letters(first, 14, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	random_letters(last, 3, "0123456789");
	random_letters(last + 3, 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return arena_print(a, "%s%s%s", first, m->code, last);
}

struct certificate_plan
holder_plan(
    struct arena *a, const struct authority *ca, const struct holder *h, const EVP_PKEY *key, struct span serial)
{
	const struct purpose_shape *shape = &purpose_shapes[ca->purpose];
	struct instant from = h->from.us ? h->from : clock_now();
	struct certificate_plan plan = {
		.version = 3, .serial = serial, .issuer = ca->name, .spki = key_spki(a, key),
		.subject = ca->purpose == SIGNATURE ?
		    signature_subject(a, &h->municipality, signature_number(a, from)) :
		    authentication_subject(a, authentication_number(a, &h->municipality)),
		.not_before = asn_time(a, from),
		.not_after = asn_time(a, h->until.us ? h->until : holder_until(h->born, from)),
	};

	plan_extend(&plan, OID_KEY_USAGE, true, asn_bits(a, span_of(&shape->usage[1], 1), shape->usage[0]));
	if (ca->purpose == AUTHENTICATION)
		plan_extend(&plan, OID_EXTENDED_USAGE, false, ASN(a, DER_SEQUENCE, asn_oid(a, OID_CLIENT_AUTH)));
	plan_extend(&plan, OID_POLICIES, true,
	    one_policy(a, h->policies[ca->purpose] ? h->policies[ca->purpose] : shape->policy));
	if (ca->purpose == SIGNATURE)
		plan_extend(&plan, OID_SUBJECT_NAMES, false, holder_names(a, h));
	plan_extend(&plan, OID_ISSUER_NAMES, false, directory_names(a, authority_alternative_name(a, ca->purpose)));
	plan_extend(&plan, OID_CRL_POINTS, false, distribution_points(a, point_name(a, ca->purpose, &h->municipality)));
	if (h->ocsp_url)
		plan_extend(&plan, OID_ACCESS, false, ocsp_access(a, h->ocsp_url));
	plan_extend(
	    &plan, OID_AUTHORITY_KEY, false, authority_key(a, key_identifier(a, ca->key), ca->name, ca->serial));
	plan_extend(&plan, OID_SUBJECT_KEY, false, asn_octets(a, key_identifier(a, key)));
	return plan;
}
