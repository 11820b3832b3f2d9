/* tools/card/sign.c - the command that signs a challenge. */
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "card/command.h"
#include "card/service.h"
#include "codec/text.h"
#include "crypto/new_file.h"

#define ARENA (4 * MIB)
#define CHALLENGE_LARGEST (1 * MIB)

struct wishes {
	struct signing_options signing;
	const char *challenge, *text, *out, *certificate, *authorities;
};

/* An address is fetched, a file read. */
static enum err
challenge_read(struct arena *a, const struct wishes *w, struct span *out, struct problem *why)
{
	const struct service service = { .url = w->challenge, .authorities = w->authorities };
	struct buffer file;
	enum err err;

	if (w->text) {
		*out = span_text(w->text);
		return OK;
	}
	if (strncmp(w->challenge, "https://", 8) == 0 || strncmp(w->challenge, "http://", 7) == 0)
		return service_ask(&service, a, "", (struct span){ 0 }, out, why);
	file = buffer_init(CHALLENGE_LARGEST);
	err = file_read(w->challenge, &file, why);
	if (err == OK)
		*out = arena_copy(a, buffer_span(&file));
	buffer_release(&file);
	return err;
}

static void
digest_show(struct arena *a, struct span data)
{
	uint8_t digest[32];

	EVP_Digest(data.data, data.size, digest, NULL, EVP_sha256(), NULL);
	fprintf(stderr,
	    either("表示できない内容（%zuバイト、SHA-256 %s）に署名します。\n",
		"What will be signed cannot be shown: %zu bytes, SHA-256 %s\n"),
	    data.size, hex_write(a, span_of(digest, 32)));
}

/* ECDSA's as everybody's tools take it from a file (RFC 3279 s2.2.3); RSA's is the same everywhere. */
static struct span
signature_in_file(struct arena *a, const struct smartcard_signature *signature)
{
	int field = (int)signature->bytes.size / 2, size;
	ECDSA_SIG *numbers;
	uint8_t *der = NULL;
	struct span out;

	if (signature->algorithm[0] != 'E')
		return signature->bytes;
	numbers = ECDSA_SIG_new();
	if (!numbers || !ECDSA_SIG_set0(numbers, BN_bin2bn(signature->bytes.data, field, NULL),
	    BN_bin2bn(signature->bytes.data + field, field, NULL)) || (size = i2d_ECDSA_SIG(numbers, &der)) <= 0)
		abort();
	out = arena_copy(a, span_of(der, (size_t)size));
	OPENSSL_free(der);
	ECDSA_SIG_free(numbers);
	return out;
}

static enum ending
challenge_sign(struct arena *a, const struct wishes *w)
{
	struct signed_data made;
	enum ending ending;
	struct problem why;
	struct span data, text, bytes;

	if (!w->challenge == !w->text)
		return misuse(PROGRAM, "sign: expected --challenge or --text, one of the two; see " PROGRAM
		    " sign --help");
	if (challenge_read(a, w, &data, &why) != OK)
		return failed(&why);
	if (!text_show(data))
		digest_show(a, data);
	ending = data_sign(&w->signing, a, data, &made);
	if (ending != DONE_WELL)
		return ending;
	bytes = signature_in_file(a, &made.signature);
	text = base64_write(a, bytes);
	if (w->certificate && new_file_write(w->certificate, 0644, made.certificate.der, &why) != OK)
		return failed(&why);
	if (w->out && new_file_write(w->out, 0644, bytes, &why) != OK)
		return failed(&why);
	fprintf(stderr, either("%s で署名しました。\n", "Signed with %s.\n"), made.signature.algorithm);
	if (!w->out)
		printf("%.*s\n", SPAN_ARGS(text));
	return DONE_WELL;
}

enum ending
sign_command(int argc, char **argv)
{
	struct wishes w = { 0 };
	const struct option_row options[] = {
		{ "challenge", "FILE", "what to sign: a file, or an address whose answer it is", &w.challenge, NULL,
		    NULL },
		{ "text", "TEXT", "what to sign, as it stands here", &w.text, NULL, NULL },
		SIGNING_OPTIONS(w.signing),
		{ "out", "FILE", "the signature's bytes; without it, base64 on standard output", &w.out, NULL, NULL },
		{ "certificate", "FILE", "where the certificate goes (DER)", &w.certificate, NULL, NULL },
		{ "ca", "FILE", "CAs the address is believed by, PEM", &w.authorities, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "sign --challenge FILE | --text TEXT --purpose WORD [OPTION …]",
		"Signs by what the certificate's key is: RSA PKCS#1 v1.5 with SHA-256 (RS256), ECDSA on P-256 (ES256) "
		"or P-384 (ES384), in DER.", options, 0, 0 };
	struct arena a = arena_init(ARENA);
	enum ending ending;

	if (options_read(PROGRAM, &usage, argc, argv, NULL, &ending))
		ending = challenge_sign(&a, &w);
	arena_release(&a);
	return ending;
}
