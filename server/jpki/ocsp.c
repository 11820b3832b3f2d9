/* jpki/ocsp.c - whether an OCSP response is an answer about a certificate, and which.
 *
 *     read -> who signed it, by what right -> nonce -> the one about our certificate -> its times -> its status
 */
#include "jpki/ocsp.h"

#include <stdarg.h>
#include <stdio.h>

#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/x509_signature.h"
#include "jpki/ocsp_response.h"

static const struct span ocsp_signing = { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x03\x09", 8 };

struct judging {
	const struct x509 *certificate, *issuer;
	const struct ocsp_rules *rules;
	struct span nonce;
	struct instant now;
	struct ocsp_response response;
	char why[192]; /* the last thing that was wrong */
};

static bool say(struct judging *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* False, so that refusing is one line. */
static bool
say(struct judging *j, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(j->why, sizeof(j->why), format, values);
	va_end(values);
	return false;
}

static enum err
check_signature(const struct judging *j, struct span algorithm, const struct x509 *signer, struct span data,
    struct span signature, struct problem *why)
{
	signature_check *check = j->rules->check ? j->rules->check : x509_signature_check;

	return check(j->rules->switches, algorithm, signer->spki, data, signature, why);
}

/* Who signed it. */

static bool
is_responder(const struct ocsp_response *r, const struct x509 *candidate)
{
	uint8_t key[DIGEST_LARGEST];

	if (r->responder_name.size)
		return span_equal(r->responder_name, candidate->subject);
	ocsp_key_hash(DIGEST_SHA1, candidate, key);
	return span_equal(r->responder_key, span_of(key, r->responder_key.size));
}

static bool
is_in_force(const struct judging *j, const struct x509 *c)
{
	return !instant_before(j->now, c->not_before) && !x509_has_ended(c, j->now);
}

static bool
is_of_issuer(const struct judging *j, const struct x509 *c)
{
	return span_equal(c->issuer, j->issuer->subject);
}

static bool
is_signed_by_issuer(const struct judging *j, const struct x509 *c)
{
	struct problem why;

	return check_signature(j, c->algorithm, j->issuer, c->tbs, c->signature, &why) == OK;
}

static bool
may_answer(const struct judging *j, const struct x509 *c)
{
	(void)j;
	return x509_extended_usage(c, ocsp_signing);
}

static bool
may_sign(const struct judging *j, const struct x509 *c)
{
	(void)j;
	return !c->key_usage.value.size || (c->usage & (USAGE_DIGITAL_SIGNATURE | USAGE_NON_REPUDIATION));
}

static bool
is_understood(const struct judging *j, const struct x509 *c)
{
	(void)j;
	return !c->unknown_critical.size;
}

static bool
needs_no_check(const struct judging *j, const struct x509 *c)
{
	return c->no_check.value.size || j->rules->unchecked_delegates;
}

/* By what right a delegate answers for the authority (RFC 6960 s4.2.2.2). */
static const struct {
	bool (*holds)(const struct judging *, const struct x509 *);
	const char *lacks;
} rights[] = {
	{ is_of_issuer, "is not of the authority that issued the certificate" },
	{ is_signed_by_issuer, "is not signed by the key that issued the certificate" },
	{ may_answer, "lacks id-kp-OCSPSigning" },
	{ may_sign, "is for a key that may not sign" },
	{ is_understood, "has a critical extension that is not understood" },
	{ is_in_force, "is not in force" },
	{ needs_no_check, "lacks id-pkix-ocsp-nocheck, so nobody tells whether it was revoked" },
};

static bool
has_right(struct judging *j, const struct x509 *delegate)
{
	for (size_t i = 0; i < COUNT(rights); i++)
		if (!rights[i].holds(j, delegate))
			return say(j, "the responder's certificate %s", rights[i].lacks);
	return true;
}

static bool
has_signed(struct judging *j, const struct x509 *responder)
{
	const struct ocsp_response *r = &j->response;
	struct problem why;

	if (check_signature(j, r->algorithm, responder, r->tbs, r->signature, &why) == OK)
		return true;
	return say(j, "the response's signature: %s", why.text);
}

static bool
is_signed(struct judging *j)
{
	const struct ocsp_rules *rules = j->rules;
	struct problem why;
	struct x509 c;

	say(j, "the certificate of the responder it names is not there");
	if (is_responder(&j->response, j->issuer) && has_signed(j, j->issuer))
		return true;
	for (size_t i = 0; i < rules->responder_count; i++) {
		if (x509_read_responder(rules->responders[i], &c, &why) != OK || !is_responder(&j->response, &c))
			continue;
		if (!is_in_force(j, &c))
			say(j, "the configured responder's certificate is not in force");
		else if (has_signed(j, &c))
			return true;
	}
	for (size_t i = 0; i < j->response.certificate_count; i++) {
		if (x509_read_responder(j->response.certificates[i], &c, &why) != OK)
			say(j, "a certificate in it: %s", why.text);
		else if (is_responder(&j->response, &c) && has_right(j, &c) && has_signed(j, &c))
			return true;
	}
	return false;
}

/* What it answers. */

static bool
is_for_our_question(struct judging *j)
{
	const struct ocsp_response *r = &j->response;

	if (r->unknown_critical)
		return say(j, "the response has a critical extension that is not understood");
	if (j->nonce.size && r->nonce.size && !span_equal(j->nonce, r->nonce))
		return say(j, "the response has another nonce than was sent");
	if (j->rules->nonce == OCSP_NONCE_REQUIRE && !(j->nonce.size && r->nonce.size))
		return say(j, "the response has no nonce");
	return true;
}

/* The one answer about our certificate; NULL: none, or more than one. */
static const struct ocsp_single *
find_single(struct judging *j)
{
	const struct ocsp_single *found = NULL;
	const char *differs = "all of it";

	for (size_t i = 0; i < j->response.single_count; i++) {
		const struct ocsp_single *s = &j->response.singles[i];

		if (!ocsp_id_names(&s->id, j->certificate, j->issuer, &differs))
			continue;
		if (found) {
			say(j, "the response tells of the certificate twice");
			return NULL;
		}
		found = s;
	}
	if (!found)
		say(j, "the response tells of another certificate: %s differs", differs);
	return found;
}

static bool
is_timely(struct judging *j, const struct ocsp_single *s)
{
	int64_t now = j->now.us, skew = j->rules->skew, produced = j->response.produced_at.us;
	char at[INSTANT_TEXT];

	if (s->unknown_critical)
		return say(j, "the answer has a critical extension that is not understood");
	if (s->this_update.us > now + skew)
		return say(j, "the answer is of the future: thisUpdate %s", instant_text(s->this_update, at));
	if (produced > now + skew)
		return say(j, "the response is of the future: producedAt %s",
		    instant_text(j->response.produced_at, at));
	if (produced + skew < s->this_update.us)
		return say(j, "the response was produced before what it tells was known: producedAt %s",
		    instant_text(j->response.produced_at, at));
	if (s->next_update.us && s->next_update.us < s->this_update.us)
		return say(j, "the answer's nextUpdate comes before its thisUpdate");
	if (s->next_update.us && s->next_update.us + skew < now)
		return say(j, "the answer is stale: nextUpdate %s", instant_text(s->next_update, at));
	if (s->this_update.us + j->rules->oldest + skew < now)
		return say(j, "the answer is too old: thisUpdate %s", instant_text(s->this_update, at));
	return true;
}

static bool
is_answer(struct judging *j, struct span der, const struct ocsp_single **out)
{
	struct problem why;

	*out = NULL;
	if (der.size > OCSP_RESPONSE_LARGEST)
		return say(j, "the response is larger than %zu bytes", OCSP_RESPONSE_LARGEST);
	if (ocsp_response_read(der, &j->response, &why) != OK)
		return say(j, "%s", why.text);
	if (j->response.status != OCSP_SUCCESSFUL)
		return say(j, "the responder answered %s", ocsp_status_name(j->response.status));
	if (!is_signed(j) || !is_for_our_question(j))
		return false;
	*out = find_single(j);
	return *out && is_timely(j, *out);
}

static void
write_reference(struct span der, char out[REVOCATION_REFERENCE])
{
	uint8_t hash[DIGEST_LARGEST];
	char hex[2 * DIGEST_LARGEST + 1];

	digest(DIGEST_SHA256, der, hash);
	snprintf(out, REVOCATION_REFERENCE, "sha256:%.64s",
	    hex_text(span_of(hash, digest_size(DIGEST_SHA256)), hex));
}

void
ocsp_response_judge(struct span der, const struct x509 *certificate, const struct x509 *issuer,
    const struct ocsp_rules *rules, struct span nonce, struct instant now, struct revocation_answer *out)
{
	static const struct {
		enum revocation_status status;
		const char *text;
	} said[] = {
		[OCSP_UNKNOWN] = { REVOCATION_UNKNOWN, "the responder does not know the certificate" },
		[OCSP_REVOKED] = { REVOCATION_REVOKED, "the responder says it is revoked" },
		[OCSP_GOOD] = { REVOCATION_GOOD, "" },
	};
	struct judging j = {
		.certificate = certificate, .issuer = issuer, .rules = rules, .nonce = nonce, .now = now,
	};
	const struct ocsp_single *single;

	if (is_answer(&j, der, &single)) {
		revocation_answer_set(out, said[single->status].status, "%s", said[single->status].text);
		out->reason = single->reason;
		out->revoked_at = single->revoked_at;
	} else {
		revocation_answer_set(out, REVOCATION_UNAVAILABLE, "%s", j.why);
	}
	out->kind = REVOCATION_BY_OCSP;
	out->asked_at = now;
	if (single) {
		out->produced_at = j.response.produced_at;
		out->this_update = single->this_update;
		out->next_update = single->next_update;
	}
	write_reference(der, out->reference);
}
