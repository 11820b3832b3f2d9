/* jpki/crl_signer.c - who may sign a revocation list. */
#include "jpki/crl_signer.h"

#include <stdio.h>

#include "codec/der.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "jpki/name_key.h"

/* Of whom an operator names it must be said: an authority that certifies somebody says what for (RFC 5280 s4.2.1.3). */
enum err
crl_signer_read(struct arena *a, struct span file, struct span *der, struct problem *why)
{
	struct x509 x;
	enum err err = OK;

	if (file.size && file.data[0] == DER_SEQUENCE)
		*der = arena_copy(a, file);
	else
		err = certificate_from_pem(file, a, der, why);
	if (err == OK)
		err = x509_read(*der, &x, why);
	if (err == OK && !(x.usage & USAGE_CRL_SIGN))
		return problem_set(why, ERR_DENIED, "RFC 5280 s6.3.3 (f)",
		    "the certificate's keyUsage does not let it sign revocation lists (cRLSign)");
	return err;
}

static bool
may_sign(const struct x509 *certificate, const struct crl_list *list, const struct name_key *issuer)
{
	struct name_key subject = name_key_of(certificate->subject);

	if (!name_key_equal(&subject, issuer) ||
	    (certificate->key_usage.value.size && !(certificate->usage & USAGE_CRL_SIGN)))
		return false;
	return !list->authority_key_id.size || !certificate->subject_key_id.size ||
	    span_equal(list->authority_key_id, certificate->subject_key_id);
}

static struct instant
earlier(struct instant a, struct instant b)
{
	return a.us == 0 || instant_before(b, a) ? b : a;
}

static bool
find_path(struct arena *a, struct span der, const struct crl_signers *who, struct crl_signer *out)
{
	struct path_question q = {
		.certificate = der, .anchors = who->anchors, .anchor_count = who->anchor_count, .others = who->others,
		.other_count = who->other_count, .at = who->at, .lenient = who->lenient,
	};
	struct path_answer answer;
	struct x509 x;

	if (x509_path_check(a, &q, &answer, NULL) != OK || !answer.valid)
		return false;
	out->length = answer.length;
	for (size_t i = 0; i < answer.length; i++) {
		out->path[i] = answer.path[i];
		if (x509_read(answer.path[i], &x, NULL) == OK)
			out->until = earlier(out->until, x.not_after);
	}
	for (out->anchor = 0; out->anchor < who->anchor_count; out->anchor++)
		if (span_equal(who->anchors[out->anchor], answer.path[answer.length - 1]))
			return true;
	return false;
}

size_t
crl_signers_of(struct arena *a, const struct crl_list *list, const struct crl_signers *who,
    struct crl_signer out[CRL_SIGNERS])
{
	struct name_key issuer = name_key_of(list->issuer);
	struct x509 x;
	size_t count = 0;

	for (size_t i = 0; i < who->anchor_count && count < CRL_SIGNERS; i++)
		if (x509_read(who->anchors[i], &x, NULL) == OK && may_sign(&x, list, &issuer))
			out[count++] = (struct crl_signer){
				.spki = x.spki, .anchor = i, .path = { who->anchors[i] }, .length = 1,
			};
	for (size_t i = 0; i < who->other_count && count < CRL_SIGNERS; i++) {
		if (x509_read(who->others[i], &x, NULL) != OK || !may_sign(&x, list, &issuer))
			continue;
		out[count] = (struct crl_signer){ .spki = x.spki };
		count += find_path(a, who->others[i], who, &out[count]);
	}
	return count;
}

bool
crl_signer_is_of(const struct crl_list *list, const struct crl_signer *signer)
{
	struct name_key issuer = name_key_of(list->issuer), subject;
	struct x509 anchor;

	if (signer->length <= 1 || list->scope.indirect)
		return true;
	if (x509_read(signer->path[signer->length - 1], &anchor, NULL) != OK)
		return false;
	subject = name_key_of(anchor.subject);
	return name_key_equal(&subject, &issuer);
}

void
crl_path_status(const struct crl_held *held, size_t count, const struct span *path, size_t length,
    const struct crl_policy *policy, struct instant now, struct revocation_answer *out)
{
	uint8_t anchor[32];
	struct x509 x;

	*out = (struct revocation_answer){
		.status = REVOCATION_GOOD, .kind = REVOCATION_BY_CRL, .reason = CRL_NO_REASON, .asked_at = now,
	};
	if (length)
		digest(DIGEST_SHA256, path[length - 1], anchor);
	for (size_t i = 0; i + 1 < length && out->status == REVOCATION_GOOD; i++) {
		enum err err = x509_read(path[i], &x, NULL);

		/* A serial number that cannot be is read all the same: lists have those, too. */
		if (err == OK || err == ERR_INVALID)
			crl_status(held, count, &(struct crl_question){ &x, anchor, now }, policy, out);
		else
			out->status = REVOCATION_UNAVAILABLE;
	}
}
