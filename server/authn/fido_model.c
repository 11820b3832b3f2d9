/* authn/fido_model.c - a model of authenticators, as the FIDO Metadata Service tells of it. */
#include "authn/fido_model.h"

#include "base/record.h"
#include "codec/der.h"
#include "crypto/x509.h"

#define CLAUSE "MDS 3.1.1 s3.1"

static const char *const status_names[] = {
	[MODEL_UNKNOWN] = "unknown",
	[MODEL_UNCERTIFIED] = "uncertified",
	[MODEL_CERTIFIED] = "certified",
	[MODEL_RETIRED] = "retired",
	[MODEL_COMPROMISED] = "compromised",
	[MODEL_REVOKED] = "revoked",
};

const char *
model_status_name(enum model_status status)
{
	return status_names[status];
}

unsigned
fido_algorithm_bit(int64_t id)
{
	const struct cose_algorithm *all;
	size_t count;

	all = cose_algorithms(&count);
	for (size_t i = 0; i < count; i++)
		if (all[i].id == id)
			return 1u << i;
	return 0;
}

/* SHA-1 of what the BIT STRING of its key holds (RFC 5280 s4.2.1.2, method 1). */
bool
fido_key_id(struct span certificate, uint8_t out[FIDO_KEY_ID])
{
	struct span rest, inside, algorithm, bits;
	struct x509 x;

	if (x509_read_loosely(certificate, &x, NULL) != OK)
		return false;
	rest = x.spki;
	if (!der_enter(&rest, DER_SEQUENCE, &inside) || !der_whole(&inside, DER_SEQUENCE, &algorithm) ||
	    !der_bits(&inside, DER_BIT_STRING, &bits))
		return false;
	digest(DIGEST_SHA1, bits, out);
	return true;
}

static bool
note(struct examination *e, const char *step, bool good, const char *text)
{
	return examination_note(e, step, good ? ESTABLISHED : REFUTED, CLAUSE, "%s", text);
}

/* By the key, not the certificate: another certificate of a key that others have is as worthless. */
static bool
key_compromised(const struct fido_model *model, const struct attestation *attestation)
{
	uint8_t theirs[FIDO_KEY_ID], ours[FIDO_KEY_ID];

	for (size_t i = 0; i < model->compromised_count; i++)
		for (size_t k = 0; k < attestation->certificate_count; k++)
			if (fido_key_id(model->compromised[i], theirs) &&
			    fido_key_id(attestation->certificates[k], ours) &&
			    memcmp(theirs, ours, sizeof(ours)) == 0)
				return true;
	return model->all_compromised && attestation->certificate_count;
}

bool
fido_model_examine(const struct fido_model *model, const struct attestation *attestation,
    const struct cose_algorithm *algorithm, bool fresh, struct examination *e)
{
	enum model_status worst = fresh ? MODEL_CERTIFIED : MODEL_RETIRED;

	if (!examination_note(e, "model-status", model->status <= worst ? ESTABLISHED : REFUTED, CLAUSE,
	        "the model is %s: %.*s", model_status_name(model->status), SPAN_ARGS(model->status_word)) ||
	    !note(e, "model-key", !key_compromised(model, attestation),
	    "expected an attestation key that nobody else has"))
		return false;
	if (!fresh)
		return true;
	return note(e, "model-attestation",
	           !model->attestation_types || model->attestation_types >> attestation->type & 1,
	           "expected a type of attestation that the model has") &&
	    note(e, "model-algorithm", !model->algorithms || model->algorithms & fido_algorithm_bit(algorithm->id),
	        "expected an algorithm that the model has");
}

static void
write_blocks(struct buffer *out, const struct span *blocks, size_t count)
{
	buffer_u8(out, (uint8_t)count);
	for (size_t i = 0; i < count; i++)
		buffer_block(out, blocks[i]);
}

static bool
read_blocks(struct record *r, struct span *blocks, size_t room, size_t *count)
{
	*count = record_u8(r);
	for (size_t i = 0; i < *count && i < room; i++)
		blocks[i] = record_block(r);
	return *count <= room;
}

void
fido_model_write(struct buffer *out, const struct fido_model *model)
{
	buffer_u8(out, 1); /* of this form */
	buffer_block(out, model->aaguid);
	write_blocks(out, model->key_ids, model->key_id_count);
	buffer_block(out, model->description);
	buffer_u8(out, (uint8_t)model->status);
	buffer_block(out, model->status_word);
	buffer_instant(out, model->status_at);
	buffer_u8(out, (uint8_t)model->certified_level);
	write_blocks(out, model->anchors, model->anchor_count);
	write_blocks(out, model->compromised, model->compromised_count);
	buffer_u8(out, model->all_compromised);
	buffer_u8(out, (uint8_t)model->protection);
	buffer_u8(out, (uint8_t)model->attestation_types);
	buffer_u32(out, model->algorithms);
}

bool
fido_model_decode(struct span bytes, struct fido_model *out)
{
	struct record r = record_of(bytes);
	bool good;

	memset(out, 0, sizeof(*out));
	good = record_u8(&r) == 1;
	out->aaguid = record_block(&r);
	good = read_blocks(&r, out->key_ids, COUNT(out->key_ids), &out->key_id_count) && good;
	out->description = record_block(&r);
	out->status = record_u8(&r);
	out->status_word = record_block(&r);
	out->status_at = record_instant(&r);
	out->certified_level = record_u8(&r);
	good = read_blocks(&r, out->anchors, COUNT(out->anchors), &out->anchor_count) && good;
	good = read_blocks(&r, out->compromised, COUNT(out->compromised), &out->compromised_count) && good;
	out->all_compromised = record_u8(&r);
	out->protection = record_u8(&r);
	out->attestation_types = record_u8(&r);
	out->algorithms = record_u32(&r);
	return good && record_whole(&r) && out->status <= MODEL_REVOKED;
}
