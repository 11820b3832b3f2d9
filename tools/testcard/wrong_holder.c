/* tools/testcard/wrong_holder.c - what can be wrong with the holder's attributes (jpki.md 1.13). */
#include "testcard/wrong.h"

static void
names_anew(struct spoiling *s)
{
	plan_extend(&s->plan, OID_SUBJECT_NAMES, false, holder_names(s->arena, &s->holder));
}

static void
drop_names(struct spoiling *s)
{
	plan_drop(&s->plan, OID_SUBJECT_NAMES);
}

static void
add_names(struct spoiling *s)
{
	names_anew(s);
}

static void
be_born_unknown(struct spoiling *s)
{
	s->holder.born = "400000000";
	names_anew(s);
}

static void
be_born_never(struct spoiling *s)
{
	s->holder.born = "319800231";
	names_anew(s);
}

static void
be_born_in_letters(struct spoiling *s)
{
	s->holder.born = "S55021700";
	names_anew(s);
}

static void
be_of_sex_9(struct spoiling *s)
{
	s->holder.sex = "9";
	names_anew(s);
}

static void
flag_too_much(struct spoiling *s)
{
	s->holder.address_substituted = "00000000000000000000000000";
	names_anew(s);
}

static void
know_more(struct spoiling *s)
{
	s->holder.others[s->holder.other_count].oid = OID_ATTRIBUTE ".99";
	s->holder.others[s->holder.other_count++].text = "これまでにない項目";
	names_anew(s);
}

static void
live_abroad(struct spoiling *s)
{
	s->holder.address = NULL;
	names_anew(s);
}

static void
be_born_twice(struct spoiling *s)
{
	s->holder.others[s->holder.other_count].oid = OID_ATTRIBUTE ".4";
	s->holder.others[s->holder.other_count++].text = "319800218";
	names_anew(s);
}

/* The name, in a string of another type. */
static void
name_in(struct spoiling *s, uint8_t tag, const void *bytes, size_t size)
{
	struct arena *a = s->arena;
	struct span other = ASN(a, DER_CONTEXT_0, asn_oid(a, OID_ATTRIBUTE ".1"),
	    ASN(a, DER_CONTEXT_0, ASN(a, tag, span_of(bytes, size))));

	s->holder.name = NULL;
	s->holder.name_substituted = "00000";
	plan_extend(&s->plan, OID_SUBJECT_NAMES, false,
	    ASN(a, DER_SEQUENCE, other, asn_contents(holder_names(a, &s->holder))));
}

static void
name_in_latin(struct spoiling *s)
{
	name_in(s, TAG_PRINTABLE, "SHIKEN TARO", 11);
}

static void
name_in_utf16(struct spoiling *s)
{
	name_in(s, 0x1e, "\x8a\x66\x9a\x13\x30\x00\x59\x2a\x90\xce", 10);
}

static void
name_in_no_utf8(struct spoiling *s)
{
	name_in(s, TAG_UTF8, "\x8e\x8e\x8c\xb1\x81\x40\x91\xbe\x98\x59", 10);
}

const struct wrong_kind wrong_holder[] = {
	{ "attributes-missing", SIGNATURE,
	    "a signature certificate without subjectAltName", "subject-names", drop_names, NULL },
	{ "attributes-auth", AUTHENTICATION,
	    "an authentication certificate with the holder's attributes", "subject-names", add_names, NULL },
	{ "born-unknown", SIGNATURE, "the day of birth is unknown", NULL, be_born_unknown, NULL },
	{ "born-never", SIGNATURE, "born on the 31st of February", "attributes", be_born_never, NULL },
	{ "born-in-letters", SIGNATURE,
	    "the date of birth is written with letters", "attributes", be_born_in_letters, NULL },
	{ "born-twice", SIGNATURE, "has two dates of birth", "attributes", be_born_twice, NULL },
	{ "sex-other", SIGNATURE, "another digit for the sex", NULL, be_of_sex_9, NULL },
	{ "flags-too-long", SIGNATURE,
	    "more flags of substitution than the address has characters", NULL, flag_too_much, NULL },
	{ "attribute-unknown", SIGNATURE, "an attribute nobody knows, beneath the same OID", NULL, know_more, NULL },
	{ "address-missing", SIGNATURE, "without address, of somebody abroad", NULL, live_abroad, NULL },
	{ "name-printable", SIGNATURE, "the name is a PrintableString", "attributes", name_in_latin, NULL },
	{ "name-bmp", SIGNATURE, "the name is a BMPString", "attributes", name_in_utf16, NULL },
	{ "name-shift-jis", SIGNATURE, "the name is no UTF-8", "attributes", name_in_no_utf8, NULL },
	{ 0 },
};
