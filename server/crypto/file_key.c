/* crypto/file_key.c - private keys in files: PEM, PKCS#8, unencrypted, readable by their owner alone. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "codec/text.h"
#include "crypto/key_kind.h"
#include "crypto/library.h"
#include "crypto/new_file.h"
#include "crypto/private_file.h"

#define FILE_LARGEST (64 * KIB)
#define CONTEXTS_KEPT 64

struct file_key {
	struct key key;
	EVP_PKEY *pkey;
	/* Kept: making one is a tenth of an ECDSA signature's cost (perf.md 2). Each serves one thread at a time. */
	pthread_mutex_t lock;
	EVP_PKEY_CTX *idle[CONTEXTS_KEPT];
	size_t idle_count;
};

/* What a PEM file may hold instead of a key, and what to tell its owner. */
static const struct {
	const char *label, *said;
	enum err code;
} wrong_blocks[] = {
	{ "ENCRYPTED PRIVATE KEY", "an encrypted key; expected an unencrypted one of mode 0600", ERR_UNSUPPORTED },
	{ "RSA PRIVATE KEY", "a key in the old RSA form; expected PKCS#8 (openssl pkcs8 -topk8 -nocrypt)",
	    ERR_UNSUPPORTED },
	{ "EC PRIVATE KEY", "a key in the old EC form; expected PKCS#8 (openssl pkcs8 -topk8 -nocrypt)",
	    ERR_UNSUPPORTED },
	{ "EC PARAMETERS", "a curve and a key in the old EC form; expected PKCS#8 (openssl pkcs8 -topk8 -nocrypt)",
	    ERR_UNSUPPORTED },
	{ "PUBLIC KEY", "a public key; expected a private one", ERR_INVALID },
	{ "CERTIFICATE", "a certificate; expected a private key", ERR_INVALID },
	{ "CERTIFICATE REQUEST", "a certificate request; expected a private key", ERR_INVALID },
};

/* file:NAME, file:/PATH, file:///PATH (RFC 8089); percent-encoded. */
static enum err
path_of(const char *uri, const char *directory, struct arena *a, const char **out, struct problem *why)
{
	struct span rest = span_skip(span_text(uri), strlen("file:")), path;

	if (span_starts(rest, "///"))
		rest = span_skip(rest, 2);
	else if (span_starts(rest, "//"))
		return problem_set(why, ERR_INVALID, "RFC 8089 s2", "%s names a host; expected file:NAME or file:/PATH",
		    uri);
	if (!percent_read(a, rest, &path) || path.size == 0 || memchr(path.data, 0, path.size) ||
	    strchr(uri, '?') || strchr(uri, '#'))
		return problem_set(why, ERR_SYNTAX, "RFC 8089 s2",
		    "%s is no file: URI; expected file:NAME or file:/PATH", uri);
	if (path.data[0] == '/')
		*out = arena_text(a, path);
	else
		*out = arena_print(a, "%s/%.*s", directory, SPAN_ARGS(path));
	return OK;
}

static enum err
wrong_block(const char *path, const char *label, struct problem *why)
{
	for (size_t i = 0; i < COUNT(wrong_blocks); i++)
		if (strcmp(label, wrong_blocks[i].label) == 0)
			return problem_set(why, wrong_blocks[i].code, "RFC 7468", "key file %s holds %s", path,
			    wrong_blocks[i].said);
	return problem_set(why, ERR_INVALID, "RFC 7468", "key file %s holds \"%.40s\"; expected \"PRIVATE KEY\"", path,
	    label);
}

/* The one PRIVATE KEY block of the file. */
static enum err
pem_read(const char *path, struct span text, struct span *der, struct problem *why)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	char *label = NULL, *header = NULL, *more = NULL, *more_header = NULL;
	uint8_t *data = NULL, *more_data = NULL;
	long size = 0, more_size = 0;
	enum err err = OK;

	if (!bio)
		abort();
	if (PEM_read_bio(bio, &label, &header, &data, &size) != 1)
		err = problem_set(why, ERR_SYNTAX, "RFC 7468",
		    "key file %s is not PEM; expected a \"PRIVATE KEY\" block", path);
	else if (strcmp(label, "PRIVATE KEY") != 0)
		err = wrong_block(path, label, why);
	else if (PEM_read_bio(bio, &more, &more_header, &more_data, &more_size) == 1)
		err = problem_set(why, ERR_INVALID, "RFC 7468",
		    "key file %s holds \"%.40s\" behind the key; expected the key alone", path, more);
	if (err == OK)
		*der = span_of(data, (size_t)size);
	else
		OPENSSL_clear_free(data, (size_t)size);
	OPENSSL_clear_free(more_data, (size_t)more_size);
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(more);
	OPENSSL_free(more_header);
	BIO_free(bio);
	ERR_clear_error();
	return err;
}

static enum err
pkcs8_read(const char *path, struct span der, EVP_PKEY **out, struct problem *why)
{
	const uint8_t *at = der.data;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.size);
	enum err err = OK;

	*out = info && at == der.data + der.size ? EVP_PKCS82PKEY(info) : NULL;
	if (!*out)
		err = problem_set(why, ERR_SYNTAX, "RFC 5958 s2", "key file %s: the PEM block holds no PKCS#8 key",
		    path);
	ERR_clear_error();
	PKCS8_PRIV_KEY_INFO_free(info);
	return err;
}

/* NULL, with `why`, when the library does not make one. */
static EVP_PKEY_CTX *
context_new(const struct file_key *k, struct problem *why)
{
	const struct key_facts *f = key_facts(k->key.type);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);

	if (context && EVP_PKEY_sign_init(context) == 1 &&
	    (f->field || (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1)))
		return context;
	library_problem(why, "cannot sign with a %s key", f->name);
	EVP_PKEY_CTX_free(context);
	return NULL;
}

static EVP_PKEY_CTX *
context_take(struct file_key *k, struct problem *why)
{
	EVP_PKEY_CTX *context = NULL;

	pthread_mutex_lock(&k->lock);
	if (k->idle_count)
		context = k->idle[--k->idle_count];
	pthread_mutex_unlock(&k->lock);
	return context ? context : context_new(k, why);
}

static void
context_give(struct file_key *k, EVP_PKEY_CTX *context)
{
	pthread_mutex_lock(&k->lock);
	if (k->idle_count < COUNT(k->idle)) {
		k->idle[k->idle_count++] = context;
		context = NULL;
	}
	pthread_mutex_unlock(&k->lock);
	EVP_PKEY_CTX_free(context);
}

static enum err
file_key_open(const char *uri, const char *directory, struct key **out, struct problem *why)
{
	struct arena a = arena_init(32 * KIB);
	struct span text = { 0 }, der = { 0 };
	struct file_key *k = calloc(1, sizeof(*k));
	const char *path;
	char found[64];
	enum err err;

	if (!k)
		abort();
	k->key.kind = &file_key_kind;
	pthread_mutex_init(&k->lock, NULL);
	if ((err = path_of(uri, directory, &a, &path, why)) != OK ||
	    (err = private_file_read(path, "key file", FILE_LARGEST, &text, why)) != OK ||
	    (err = pem_read(path, text, &der, why)) != OK ||
	    (err = pkcs8_read(path, der, &k->pkey, why)) != OK)
		goto out;
	k->key.type = key_type_of(k->pkey, found);
	if (k->key.type == KEY_UNKNOWN) {
		err = problem_set(why, ERR_UNSUPPORTED, "",
		    "key file %s holds %s; expected RSA of 2048, 3072 or 4096 bits, P-256, P-384 or Ed25519", path,
		    found);
		goto out;
	}
	k->key.spki = spki_of(k->pkey);
out:
	private_file_free(&text);
	private_file_free(&der);
	arena_release(&a);
	if (err == OK)
		*out = &k->key;
	else
		key_free(&k->key);
	return err;
}

static enum err
file_key_generate(const char *uri, const char *directory, enum key_type type, struct problem *why)
{
	const struct key_facts *f = key_facts(type);
	struct arena a = arena_init(32 * KIB);
	BIO *bio = BIO_new(BIO_s_secmem());
	EVP_PKEY *pkey = NULL;
	const char *path, *text;
	long size;
	enum err err;

	if (!bio)
		abort();
	err = path_of(uri, directory, &a, &path, why);
	if (err != OK)
		goto out;
	/* Before the second or so that a large RSA key takes; new_file_write() is what decides. */
	if (access(path, F_OK) == 0) {
		err = problem_set(why, ERR_CONFLICT, "", "key file %s exists already", path);
		goto out;
	}
	if (strcmp(f->algorithm, "RSA") == 0)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)f->bits);
	else if (f->group)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", f->group);
	else
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, f->algorithm);
	if (!pkey || PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) != 1) {
		err = library_problem(why, "cannot make a %s key", f->name);
		goto out;
	}
	size = BIO_get_mem_data(bio, &text);
	err = new_file_write(path, 0600, span_of(text, (size_t)size), why);
out:
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	arena_release(&a);
	return err;
}

static enum err
file_key_destroy(const char *uri, const char *directory, struct problem *why)
{
	struct arena a = arena_init(32 * KIB);
	const char *path;
	enum err err;

	err = path_of(uri, directory, &a, &path, why);
	if (err == OK && unlink(path))
		err = problem_errno(why, errno, "cannot remove key file %s", path);
	arena_release(&a);
	return err;
}

static enum err
sign_whole(struct file_key *k, struct span message, uint8_t *out, size_t *size, struct problem *why)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	enum err err = OK;

	*size = SIGNATURE_LARGEST;
	if (!context || EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, k->pkey, NULL) != 1 ||
	    EVP_DigestSign(context, out, size, message.data, message.size) != 1)
		err = library_problem(why, "cannot sign");
	EVP_MD_CTX_free(context);
	return err;
}

static enum err
file_key_sign(struct key *key, struct span input, uint8_t *out, size_t *size, struct problem *why)
{
	struct file_key *k = (struct file_key *)key;
	size_t field = key_facts(key->type)->field;
	uint8_t der[SIGNATURE_LARGEST];
	EVP_PKEY_CTX *context;

	if (!key_facts(key->type)->prehashed)
		return sign_whole(k, input, out, size, why);
	context = context_take(k, why);
	if (!context)
		return why->code;
	*size = SIGNATURE_LARGEST;
	if (EVP_PKEY_sign(context, field ? der : out, size, input.data, input.size) != 1) {
		EVP_PKEY_CTX_free(context);
		return library_problem(why, "cannot sign");
	}
	context_give(k, context);
	if (!field)
		return OK;
	if (!ecdsa_to_raw(span_of(der, *size), field, out))
		return library_problem(why, "cannot read the signature just made");
	*size = 2 * field;
	return OK;
}

static void
file_key_free(struct key *key)
{
	struct file_key *k = (struct file_key *)key;

	while (k->idle_count)
		EVP_PKEY_CTX_free(k->idle[--k->idle_count]);
	EVP_PKEY_free(k->pkey);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

const struct key_kind file_key_kind = {
	"file:", file_key_open, file_key_generate, file_key_destroy, file_key_sign, file_key_free,
};
