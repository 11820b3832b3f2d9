/* tests/bench/jpki.c - a signed challenge verified in full, beside the least that OpenSSL needs for less.
 *
 *     jpki DIRECTORY SECONDS PAIRS     a line for each pair: ours and OpenSSL's for a second of CPU
 *
 * Ours: certificate read strictly, path to one of four anchors, profile and policy, revocation from the index of a list
 * of a hundred thousand entries, the challenge's text and signature, the holder's attributes. OpenSSL: d2i_X509,
 * X509_verify_cert with the same anchors and no flags, no list; the certificate's key and one check of the signature
 * with it. Both go through the same citizens, each with a key of its own, and must say yes to all and no to a changed
 * text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/file.h"
#include "jpki/crl_store.h"
#include "jpki/verification.h"
#include "testcard/holder.h"
#include "testcard/key.h"
#include "testcard/list.h"

#define CITIZENS 16
#define BATCH 64
#define LISTED 100000
#define TEXT "I agree to be identified at https://service.example/.\nchallenge 0123456789abcdef0123456789abcdef"
#define DAY (INT64_C(86400) * 1000000)

struct citizen {
	struct span certificate, signature;
};

struct bench {
	struct arena arena, step;
	struct instant now;
	struct authority authorities[PURPOSES][2];
	struct citizen citizens[CITIZENS];
	struct jpki_anchors *anchors;
	struct jpki_verifier verifier;
	struct crl_store *lists;
	X509_STORE *store;
};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static void
authority_make(struct bench *b, enum purpose purpose, unsigned generation)
{
	static const enum jpki_purpose purposes[PURPOSES] = { JPKI_SIGNATURE, JPKI_AUTHENTICATION };
	struct authority *ca = &b->authorities[purpose][generation];
	struct certificate_plan plan;
	struct problem why;
	const uint8_t *at;
	X509 *x509;

	*ca = (struct authority){ .purpose = purpose, .generation = generation + 1, .key = key_rsa(2048, 65537),
		.serial = asn_number(&b->arena, 1 + generation), .name = authority_name(&b->arena, purpose) };
	plan = authority_plan(&b->arena, purpose, ca->key, ca->serial, instant_after(b->now, -1000 * DAY),
	    instant_after(b->now, 1000 * DAY));
	ca->certificate = certificate_sign(&b->arena, &plan, ca->key);
	must(jpki_anchors_add(b->anchors, purposes[purpose], JPKI_TEST, ca->certificate, &why) == OK, why.text);
	at = ca->certificate.data;
	x509 = d2i_X509(NULL, &at, (long)ca->certificate.size);
	must(x509 && X509_STORE_add_cert(b->store, x509) == 1, "an authority");
	X509_free(x509);
}

static struct span
challenge_sign(struct bench *b, EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t value[512];
	size_t size = sizeof(value);

	must(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(context, value, &size, (const uint8_t *)TEXT, strlen(TEXT)) == 1, "signing");
	EVP_MD_CTX_free(context);
	return arena_copy(&b->arena, span_of(value, size));
}

static void
citizens_make(struct bench *b)
{
	const struct authority *ca = &b->authorities[SIGNATURE][1];
	const struct holder holder = { .name = "試験　太郎", .born = "319800217", .sex = "1", .address = "東京都渋谷区１－１",
		.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = instant_after(b->now, -DAY),
		.until = instant_after(b->now, 500 * DAY) };

	for (unsigned i = 0; i < CITIZENS; i++) {
		EVP_PKEY *key = key_rsa(2048, 65537);
		struct certificate_plan plan =
		    holder_plan(&b->arena, ca, &holder, key, asn_number(&b->arena, 0x0ac91af8 + i));

		b->citizens[i] = (struct citizen){ certificate_sign(&b->arena, &plan, ca->key),
		    challenge_sign(b, key) };
		EVP_PKEY_free(key);
	}
}

/* The municipality's list, taken in as any. */
static void
lists_make(struct bench *b, const char *directory)
{
	const struct municipality place = { "Tokyo-to", "Shibuya-ku", "13113" };
	const struct list_plan plan = { .authority = &b->authorities[SIGNATURE][1], .number = 1, .filling = LISTED,
		.point = point_name(&b->arena, SIGNATURE, &place), .this_update = instant_after(b->now, -DAY / 24),
		.next_update = instant_after(b->now, DAY) };
	static const struct crl_policy policy = { 0 };
	const char *path = arena_print(&b->arena, "%s/list.crl", directory), *text;
	struct buffer der = buffer_init(64 * MIB);
	struct crl_taking taking = { .now = b->now };
	FILE *file = fopen(path, "wb");
	struct problem why;

	must(file != NULL, "the list's file");
	list_write(&b->arena, &plan, file);
	must(fclose(file) == 0, "the list's file");
	must(file_read(path, &der, &why) == OK, why.text);
	taking.der = buffer_span(&der);
	must(crl_store_open(directory, &b->verifier.trust, &b->lists, &why) == OK, why.text);
	must(crl_store_take(b->lists, &taking, &b->arena, &text, &why) == OK, why.text);
	buffer_release(&der);
	b->verifier.sources[b->verifier.source_count++] = crl_source_new(b->lists, "crl", &policy);
}

static bool
ours(struct bench *b, const struct citizen *c, const char *text)
{
	const struct jpki_submission submission = { .form = JPKI_CHALLENGE, .purpose = JPKI_SIGNATURE,
		.certificate = c->certificate, .signature = c->signature, .content = span_text(text),
		.algorithm = "RS256" };
	struct jpki_verified verified;

	arena_reset(&b->step);
	jpki_verify_now(&b->verifier, &b->step, &submission, b->now, &verified);
	return verified.outcome == ESTABLISHED && verified.attributes.name.size > 0;
}

static bool
path_holds(struct bench *b, X509 *certificate)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool good = context && X509_STORE_CTX_init(context, b->store, certificate, NULL) == 1;

	if (good) {
		X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), (time_t)(b->now.us / SECONDS(1)));
		good = X509_verify_cert(context) == 1;
	}
	X509_STORE_CTX_free(context);
	return good;
}

static bool
openssl(struct bench *b, const struct citizen *c, const char *text)
{
	const uint8_t *at = c->certificate.data;
	X509 *certificate = d2i_X509(NULL, &at, (long)c->certificate.size);
	bool good = certificate && path_holds(b, certificate);
	EVP_PKEY *key = good ? X509_get_pubkey(certificate) : NULL;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	good = good && key && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(context, c->signature.data, c->signature.size, (const uint8_t *)text, strlen(text)) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	X509_free(certificate);
	return good;
}

static void
prepare(struct bench *b, const char *directory)
{
	b->arena = arena_init(256 * MIB);
	b->step = arena_init(16 * MIB);
	b->now = clock_now();
	b->anchors = jpki_anchors_new();
	b->store = X509_STORE_new();
	for (enum purpose p = SIGNATURE; p < PURPOSES; p++)
		for (unsigned g = 0; g < 2; g++)
			authority_make(b, p, g);
	b->verifier = (struct jpki_verifier){ .trust = { .profiles = jpki_profiles_known(), .anchors = b->anchors,
		.test = true } };
	citizens_make(b);
	lists_make(b, directory);
	for (size_t i = 0; i < CITIZENS; i++) {
		must(ours(b, &b->citizens[i], TEXT) && !ours(b, &b->citizens[i], TEXT "!"), "ours does not verify");
		must(openssl(b, &b->citizens[i], TEXT) && !openssl(b, &b->citizens[i], TEXT "!"),
		    "OpenSSL does not verify");
	}
}

static double
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef bool verifying(struct bench *, const struct citizen *, const char *text);

static double
rate(struct bench *b, verifying *verify, double seconds)
{
	double start = cpu_now();
	unsigned long done = 0;

	do {
		for (unsigned i = 0; i < BATCH; i++)
			must(verify(b, &b->citizens[i % CITIZENS], TEXT), "a challenge does not verify");
		done += BATCH;
	} while (cpu_now() - start < seconds);
	return (double)done / (cpu_now() - start);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	double seconds, found[2];

	if (argc != 4)
		return 2;
	seconds = strtod(argv[2], NULL);
	prepare(&b, argv[1]);
	/* A B B A: what else runs on the machine meets both. */
	for (long i = 0; i < strtol(argv[3], NULL, 10); i++) {
		for (long j = 0; j < 2; j++) {
			long which = (i + j) % 2;

			found[which] = rate(&b, which == 0 ? ours : openssl, seconds);
		}
		printf("%.0f %.0f\n", found[0], found[1]);
		fflush(stdout);
	}
	return 0;
}
