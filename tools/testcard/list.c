/* tools/testcard/list.c - writing a certificate revocation list as a stream. */
#include "testcard/list.h"

#include <assert.h>
#include <stdlib.h>

/* Serials that fill: from 0x10000000, above those of citizens; each number below 2^28 comes once, scattered. */
#define FILLING_FIRST 0x10000000U
#define FILLING_MOST (UINT64_C(1) << 28)
#define FILLING_STEP 0x9e3779b1U

/* What is written is signed. */
struct signing {
	FILE *file;
	EVP_MD_CTX *context;
};

static void
put(struct signing *s, struct span bytes)
{
	if (bytes.size == 0)
		return;
	fwrite(bytes.data, 1, bytes.size, s->file);
	if (EVP_DigestSignUpdate(s->context, bytes.data, bytes.size) != 1)
		abort();
}

static struct span
extension(struct arena *a, const char *oid, bool critical, struct span value)
{
	return ASN(a, DER_SEQUENCE, asn_oid(a, oid), critical ? asn_true(a) : (struct span){ 0 }, asn_octets(a, value));
}

static struct span
entry_make(struct arena *a, const struct listed *e)
{
	uint8_t reason = (uint8_t)e->reason;
	struct span told = e->reason < 0 ? (struct span){ 0 } : ASN(a, DER_SEQUENCE,
	    extension(a, OID_REASON, false, ASN(a, TAG_ENUMERATED, span_of(&reason, 1))));

	return ASN(a, DER_SEQUENCE, e->serial, asn_time(a, e->at), told);
}

static struct span
extensions_make(struct arena *a, const struct list_plan *plan)
{
	const struct authority *ca = plan->authority;
	struct span point = ASN(a, DER_CONTEXT_0, ASN(a, DER_CONTEXT_0, ASN(a, DER_CONTEXT_0 + 4, plan->point)));
	struct span only = plan->authorities_only ? ASN(a, 0x82, span_of("\xff", 1)) : (struct span){ 0 };
	struct span delta = plan->base_number ? extension(a, OID_DELTA, true, asn_number(a, plan->base_number)) :
	    (struct span){ 0 };

	return ASN(a, DER_CONTEXT_0, ASN(a, DER_SEQUENCE,
	    extension(a, OID_AUTHORITY_KEY, false, authority_key(a, key_identifier(a, ca->key), ca->name, ca->serial)),
	    extension(a, OID_CRL_NUMBER, false, asn_number(a, plan->number)), delta,
	    extension(a, OID_ISSUING_POINT, true, ASN(a, DER_SEQUENCE, point, only))));
}

/* One that fills, to be changed where its serial stands: behind the heads of a SEQUENCE and an INTEGER. */
struct filler {
	uint8_t *entry;
	size_t size;
};
#define FILLER_SERIAL 4

static struct filler
filler_make(struct arena *a, const struct list_plan *plan)
{
	struct listed one = { asn_number(a, FILLING_FIRST), plan->this_update, plan->filling_reasons ? 4 : -1 };
	struct span entry = entry_make(a, &one);
	struct filler f = { arena_take(a, entry.size), entry.size };

	memcpy(f.entry, entry.data, entry.size);
	return f;
}

static void
filling_put(struct signing *s, const struct filler *f, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint32_t number = FILLING_FIRST + ((uint32_t)i * FILLING_STEP & (uint32_t)(FILLING_MOST - 1));

		for (size_t k = 0; k < 4; k++)
			f->entry[FILLER_SERIAL + k] = (uint8_t)(number >> 8 * (3 - k));
		put(s, span_of(f->entry, f->size));
	}
}

static struct span
entries_make(struct arena *a, const struct list_plan *plan)
{
	struct span *parts = arena_array(a, struct span, plan->entry_count);

	for (size_t i = 0; i < plan->entry_count; i++)
		parts[i] = entry_make(a, &plan->entries[i]);
	return asn_join(a, parts, plan->entry_count);
}

void
list_write(struct arena *a, const struct list_plan *plan, FILE *file)
{
	EVP_PKEY *key = plan->authority->key;
	struct span algorithm = signature_algorithm(a, key, EVP_sha256());
	struct span front = asn_join(a, (struct span[]){ asn_number(a, 1), algorithm, plan->authority->name,
	    asn_time(a, plan->this_update), asn_time(a, plan->next_update) }, 5);
	struct span entries = entries_make(a, plan), back = extensions_make(a, plan), bits;
	struct filler filler = filler_make(a, plan);
	struct signing s = { file, EVP_MD_CTX_new() };
	size_t list = entries.size + (size_t)plan->filling * filler.size, inside, whole;
	size_t signature_size = (size_t)EVP_PKEY_get_size(key);
	uint8_t head[ASN_HEAD], *signature = arena_take(a, signature_size);

	assert(plan->filling <= FILLING_MOST);
	/* An empty list is not there at all (s5.1.2.6). An RSA signature is always as large as its key. */
	inside = front.size + back.size + (list ? asn_head(head, DER_SEQUENCE, list) + list : 0);
	bits = asn_bits(a, span_of(signature, signature_size), 0);
	whole = asn_head(head, DER_SEQUENCE, inside) + inside + algorithm.size + bits.size;
	fwrite(head, 1, asn_head(head, DER_SEQUENCE, whole), file);

	if (!s.context || EVP_DigestSignInit(s.context, NULL, EVP_sha256(), NULL, key) != 1)
		abort();
	put(&s, span_of(head, asn_head(head, DER_SEQUENCE, inside)));
	put(&s, front);
	if (list)
		put(&s, span_of(head, asn_head(head, DER_SEQUENCE, list)));
	put(&s, entries);
	filling_put(&s, &filler, plan->filling);
	put(&s, back);
	if (EVP_DigestSignFinal(s.context, signature, &signature_size) != 1)
		abort();
	EVP_MD_CTX_free(s.context);

	fwrite(algorithm.data, 1, algorithm.size, file);
	bits = asn_bits(a, span_of(signature, signature_size), 0);
	fwrite(bits.data, 1, bits.size, file);
}
