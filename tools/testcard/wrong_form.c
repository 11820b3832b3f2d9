/* tools/testcard/wrong_form.c - what can be wrong with a certificate as such: version, serial, times, extensions, DER
 * (jpki.md 1.13). */
#include "testcard/wrong.h"

#define OTHER_PRIVATE_OID "1.2.392.200149.8.5.9.99"

/* Extensions */

static void
demand_unknown(struct spoiling *s)
{
	plan_extend(&s->plan, OTHER_PRIVATE_OID, true, asn_null(s->arena));
}

static void
add_unknown(struct spoiling *s)
{
	plan_extend(&s->plan, OTHER_PRIVATE_OID, false, asn_null(s->arena));
}

static void
constrain_names(struct spoiling *s)
{
	/* Critical, known to RFC 5280, and of no meaning in the certificate of a person (s4.2.1.10). */
	struct arena *a = s->arena;

	plan_extend(&s->plan, "2.5.29.30", true, ASN(a, DER_SEQUENCE, ASN(a, DER_CONTEXT_0, ASN(a, DER_SEQUENCE,
	    ASN(a, 0x82, span_text("example"))))));
}

static void
repeat_extension(struct spoiling *s)
{
	plan_extend_again(&s->plan, OID_KEY_USAGE, true, asn_bits(s->arena, span_of("\xc0", 1), 6));
}

static void
drop_extensions(struct spoiling *s)
{
	s->plan.extension_count = 0;
}

/* Version and serial */

static void
be_version_1(struct spoiling *s)
{
	s->plan.version = 1;
	s->plan.extension_count = 0;
}

static void
be_version_1_with_extensions(struct spoiling *s)
{
	s->plan.version = 1;
}

static void
be_version_2(struct spoiling *s)
{
	s->plan.version = 2;
}

static void
be_version_4(struct spoiling *s)
{
	s->plan.version = 4;
}

static void
serial(struct spoiling *s, const void *bytes, size_t size)
{
	s->plan.serial = ASN(s->arena, DER_INTEGER, span_of(bytes, size));
}

static void
number_zero(struct spoiling *s)
{
	serial(s, "\0", 1);
}

static void
number_negative(struct spoiling *s)
{
	serial(s, "\x8a\xc9\x1a\xf8", 4);
}

static void
number_padded(struct spoiling *s)
{
	serial(s, "\0\0\x0a\xc9\x1a\xf8", 6);
}

static void
number_empty(struct spoiling *s)
{
	serial(s, "", 0);
}

static void
number_long(struct spoiling *s)
{
	serial(s, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15", 21);
}

static void
number_longest(struct spoiling *s)
{
	serial(s, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14", 20);
}

/* Time */

#define DAY (INT64_C(86400) * 1000000)

static void
expire(struct spoiling *s)
{
	s->plan.not_before = asn_time(s->arena, instant_after(s->holder.from, -400 * DAY));
	s->plan.not_after = asn_time(s->arena, instant_after(s->holder.from, -DAY));
}

static void
begin_later(struct spoiling *s)
{
	s->plan.not_before = asn_time(s->arena, instant_after(s->holder.from, 300 * DAY));
}

static void
end_before_beginning(struct spoiling *s)
{
	s->plan.not_before = asn_time(s->arena, instant_after(s->holder.from, 300 * DAY));
	s->plan.not_after = asn_time(s->arena, instant_after(s->holder.from, -300 * DAY));
}

static void
tell_time_long(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_GENERALIZED_TIME, span_text("20310217145959Z"));
}

static void
tell_no_seconds(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_UTC_TIME, span_text("3102171459Z"));
}

static void
tell_local_time(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_UTC_TIME, span_text("310217235959+0900"));
}

static void
tell_impossible_day(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_UTC_TIME, span_text("310230145959Z"));
}

/* Form */

static void
cut_short(struct spoiling *s)
{
	s->certificate = span_first(s->certificate, s->certificate.size - 7);
}

static void
cut_to_head(struct spoiling *s)
{
	s->certificate = span_first(s->certificate, 3);
}

static void
add_behind(struct spoiling *s)
{
	s->certificate = asn_join(s->arena, (struct span[]){ s->certificate, asn_null(s->arena) }, 2);
}

static void
be_indefinite(struct spoiling *s)
{
	s->certificate = asn_join(s->arena, (struct span[]){ span_of("\x30\x80", 2), asn_contents(s->certificate),
	    span_of("\0\0", 2) }, 3);
}

static void
lengthen_length(struct spoiling *s)
{
	struct span inside = asn_contents(s->certificate);
	uint8_t head[] = { 0x30, 0x83, 0, (uint8_t)(inside.size >> 8), (uint8_t)inside.size };

	s->certificate = asn_join(s->arena, (struct span[]){ span_of(head, sizeof(head)), inside }, 2);
}

static void
claim_length(struct spoiling *s)
{
	s->certificate = asn_join(s->arena, (struct span[]){ span_of("\x30\x84\xff\xff\xff\xff", 6),
	    asn_contents(s->certificate) }, 2);
}

static void
be_huge(struct spoiling *s)
{
	size_t size = 80 * KIB;

	plan_extend(&s->plan, OTHER_PRIVATE_OID, false,
	    asn_octets(s->arena, span_of(arena_take(s->arena, size), size)));
}

/* TRUE as 01: BER, no DER (X.690 s11.1). */
static void
be_true_otherwise(struct spoiling *s)
{
	static const uint8_t right[] = { TAG_BOOLEAN, 1, 0xff };
	uint8_t *der = arena_take(s->arena, s->certificate.size);
	struct span tbs, rest, changed;

	memcpy(der, s->certificate.data, s->certificate.size);
	for (size_t i = 0; i + sizeof(right) <= s->certificate.size; i++)
		if (memcmp(der + i, right, sizeof(right)) == 0) {
			der[i + 2] = 1;
			break;
		}
	/* Signed anew, so that only its form is wrong. */
	changed = rest = asn_contents(span_of(der, s->certificate.size));
	if (der_enter(&rest, DER_SEQUENCE, &tbs))
		changed = span_first(changed, changed.size - rest.size);
	s->certificate = signed_make(s->arena, changed, signature_algorithm(s->arena, s->signer, EVP_sha256()),
	    signature_make(s->arena, changed, s->signer, EVP_sha256()));
}

static void
empty_file(struct spoiling *s)
{
	s->certificate = (struct span){ 0 };
}

const struct wrong_kind wrong_form[] = {
	{ "extension-unknown-critical", SIGNATURE,
	    "has a critical extension nobody knows", "critical-extensions", demand_unknown, NULL },
	{ "extension-unknown", SIGNATURE, "has an extension nobody knows, not critical", NULL, add_unknown, NULL },
	{ "name-constraints", SIGNATURE,
	    "has critical nameConstraints, which are an authority's", "critical-extensions", constrain_names, NULL },
	{ "extension-twice", SIGNATURE, "has keyUsage twice", "form", repeat_extension, NULL },
	{ "extensions-missing", SIGNATURE, "has no extensions", "issuer-key", drop_extensions, NULL },
	{ "version-1", AUTHENTICATION, "is of version 1", "form", be_version_1, NULL },
	{ "version-1-extensions", AUTHENTICATION,
	    "is of version 1, with extensions", "form", be_version_1_with_extensions, NULL },
	{ "version-2", AUTHENTICATION, "is of version 2, with extensions", "form", be_version_2, NULL },
	{ "version-4", AUTHENTICATION, "is of a version there is not", "form", be_version_4, NULL },
	{ "serial-zero", SIGNATURE, "its serial is 0", "form", number_zero, NULL },
	{ "serial-negative", SIGNATURE, "its serial is negative", "form", number_negative, NULL },
	{ "serial-padded", SIGNATURE, "its serial begins with zeros", "form", number_padded, NULL },
	{ "serial-empty", SIGNATURE, "its serial has no bytes", "form", number_empty, NULL },
	{ "serial-long", SIGNATURE, "its serial has 21 bytes", "form", number_long, NULL },
	{ "serial-longest", SIGNATURE, "its serial has 20 bytes, the most there may be", NULL, number_longest, NULL },
	{ "expired", SIGNATURE, "has ended", "validity", expire, NULL },
	{ "not-yet", AUTHENTICATION, "has not begun", "validity", begin_later, NULL },
	{ "ends-before-beginning", SIGNATURE, "ends before it begins", "validity", end_before_beginning, NULL },
	{ "time-generalized", SIGNATURE,
	    "GeneralizedTime before 2050, which PKITS 4.2.4 has taken", NULL, tell_time_long, NULL },
	{ "time-no-seconds", SIGNATURE, "a time without seconds", "form", tell_no_seconds, NULL },
	{ "time-local", SIGNATURE, "a time of Japan instead of UTC", "form", tell_local_time, NULL },
	{ "time-impossible", SIGNATURE, "the 30th of February", "form", tell_impossible_day, NULL },
	{ "truncated", SIGNATURE, "its last bytes are missing", "form", NULL, cut_short },
	{ "truncated-head", SIGNATURE, "only its first three bytes are there", "form", NULL, cut_to_head },
	{ "trailing-data", SIGNATURE, "something follows it", "form", NULL, add_behind },
	{ "length-indefinite", SIGNATURE, "its length is indefinite", "form", NULL, be_indefinite },
	{ "length-not-shortest", SIGNATURE, "its length is not in its shortest form", "form", NULL, lengthen_length },
	{ "length-huge", SIGNATURE, "says that it has 4 GiB", "form", NULL, claim_length },
	{ "huge", SIGNATURE, "is larger than 64 KiB", "form", be_huge, NULL },
	{ "boolean-ber", SIGNATURE, "a TRUE that is not FF", "form", NULL, be_true_otherwise },
	{ "empty", SIGNATURE, "has no bytes at all", "form", NULL, empty_file },
	{ 0 },
};
