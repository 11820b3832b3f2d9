/* crypto/digest.c - SHA-1 and SHA-2. */
#include "crypto/digest.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

static const struct {
	const char *name;
	size_t size;
} algorithms[] = {
	[DIGEST_SHA1] = { "SHA1", 20 },
	[DIGEST_SHA256] = { "SHA2-256", 32 },
	[DIGEST_SHA384] = { "SHA2-384", 48 },
	[DIGEST_SHA512] = { "SHA2-512", 64 },
};

struct digest_stream {
	EVP_MD_CTX *context;
	const EVP_MD *method;
};

/* Fetched at first use and kept until the process ends. */
static const EVP_MD *
method_of(enum digest_algorithm algorithm)
{
	static EVP_MD *methods[COUNT(algorithms)];

	assert(algorithm < COUNT(algorithms));
	if (!methods[algorithm])
		methods[algorithm] = EVP_MD_fetch(NULL, algorithms[algorithm].name, NULL);
	if (!methods[algorithm])
		abort();
	return methods[algorithm];
}

size_t
digest_size(enum digest_algorithm algorithm)
{
	assert(algorithm < COUNT(algorithms));
	return algorithms[algorithm].size;
}

void
digest(enum digest_algorithm algorithm, struct span bytes, uint8_t *out)
{
	digest_pieces(algorithm, &bytes, 1, out);
}

/* A context for each algorithm, kept as long as the thread: making one costs as much as hashing a token. */
struct contexts {
	EVP_MD_CTX *of[COUNT(algorithms)];
};
static _Thread_local struct contexts *own_contexts;
static pthread_key_t contexts_key; /* for its destructor alone */
static pthread_once_t contexts_once = PTHREAD_ONCE_INIT;

static void
contexts_free(void *arg)
{
	struct contexts *contexts = arg;

	for (size_t i = 0; i < COUNT(contexts->of); i++)
		EVP_MD_CTX_free(contexts->of[i]);
	free(contexts);
}

static void
contexts_prepare(void)
{
	if (pthread_key_create(&contexts_key, contexts_free) != 0)
		abort();
}

static EVP_MD_CTX *
context_of(enum digest_algorithm algorithm)
{
	if (!own_contexts) {
		own_contexts = calloc(1, sizeof(*own_contexts));
		if (!own_contexts || pthread_once(&contexts_once, contexts_prepare) != 0 ||
		    pthread_setspecific(contexts_key, own_contexts) != 0)
			abort();
	}
	if (!own_contexts->of[algorithm])
		own_contexts->of[algorithm] = EVP_MD_CTX_new();
	return own_contexts->of[algorithm];
}

void
digest_pieces(enum digest_algorithm algorithm, const struct span *pieces, size_t count, uint8_t *out)
{
	const EVP_MD *method = method_of(algorithm);
	EVP_MD_CTX *context = context_of(algorithm);

	/* Hashing fails only when memory is out. */
	if (!context || EVP_DigestInit_ex(context, method, NULL) != 1)
		abort();
	for (size_t i = 0; i < count; i++)
		if (EVP_DigestUpdate(context, pieces[i].data, pieces[i].size) != 1)
			abort();
	if (EVP_DigestFinal_ex(context, out, NULL) != 1)
		abort();
}

#define KEYED_BLOCK 64 /* of SHA-256 */
#define KEYED_PIECES 8

void
digest_keyed(struct span key, const struct span *pieces, size_t count, uint8_t *out)
{
	uint8_t inner[KEYED_BLOCK] = { 0 }, outer[KEYED_BLOCK], sum[32];
	struct span all[1 + KEYED_PIECES] = { span_of(inner, sizeof(inner)) };
	const struct span last[] = { span_of(outer, sizeof(outer)), span_of(sum, sizeof(sum)) };

	assert(count <= KEYED_PIECES);
	if (key.size > sizeof(inner))
		digest(DIGEST_SHA256, key, inner);
	else if (key.size)
		memcpy(inner, key.data, key.size);
	for (size_t i = 0; i < sizeof(inner); i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	for (size_t i = 0; i < count; i++)
		all[1 + i] = pieces[i];
	digest_pieces(DIGEST_SHA256, all, 1 + count, sum);
	digest_pieces(DIGEST_SHA256, last, COUNT(last), out);
	OPENSSL_cleanse(inner, sizeof(inner));
	OPENSSL_cleanse(outer, sizeof(outer));
}

struct digest_stream *
digest_stream_new(enum digest_algorithm algorithm)
{
	struct digest_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		abort();
	*stream = (struct digest_stream){ EVP_MD_CTX_new(), method_of(algorithm) };
	if (!stream->context || EVP_DigestInit_ex(stream->context, stream->method, NULL) != 1)
		abort();
	return stream;
}

void
digest_stream_add(struct digest_stream *stream, struct span bytes)
{
	if (EVP_DigestUpdate(stream->context, bytes.data, bytes.size) != 1)
		abort();
}

void
digest_stream_end(struct digest_stream *stream, uint8_t *out)
{
	if (EVP_DigestFinal_ex(stream->context, out, NULL) != 1 ||
	    EVP_DigestInit_ex(stream->context, stream->method, NULL) != 1)
		abort();
}

void
digest_stream_free(struct digest_stream *stream)
{
	if (!stream)
		return;
	EVP_MD_CTX_free(stream->context);
	free(stream);
}
