/* tests/fuzz/fuzz_signer_request.c - a request that is read is written back as the same bytes, and a signature is given
 * only to the steward, only over a SignedInfo, and never with a key of another use. What becomes of a trusted list is
 * fuzz_list_input's, for its header names the key. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "crypto/xmldsig.h"
#include "signer/signer.h"
#include "signer/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With two keys, "ec" for metadata and "list" for trusted lists; their directory is gone as soon as they are read. */
static struct signer *
signer_start(void)
{
	char directory[] = "/tmp/watashi-fuzz-XXXXXX", command[64];
	struct new_key k = { .name = "ec", .common_name = "fuzz", .use = USE_METADATA, .type = KEY_P256,
		.now = { SECONDS(1) }, .valid_for = SECONDS(86400) };
	struct new_key list = { .name = "list", .common_name = "fuzz", .organization = "fuzz", .country = "JP",
		.use = USE_TRUSTED_LIST, .type = KEY_P256, .now = { SECONDS(1) }, .valid_for = SECONDS(86400) };
	struct signer *signer = NULL;
	struct problem why;

	log_open("fuzz", LOG_LEVEL_ERROR);
	if (!mkdtemp(directory) || key_descriptor_new(directory, &k, &why) != OK ||
	    key_descriptor_new(directory, &list, &why) != OK || signer_open(directory, &signer, &why) != OK)
		abort();
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	if (system(command) != 0)
		abort();
	return signer;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signer *signer;
	struct span input = span_of(data, size), message;
	struct arena a = arena_init(256 * KIB);
	struct buffer b = buffer_init(64 * KIB);
	struct signing_request request;
	struct signing_answer answer;
	struct signed_info info;
	struct problem why;
	bool read;

	if (!signer)
		signer = signer_start();
	read = signing_request_read(input, &request);
	if (read) {
		signing_request_write(&b, &request);
		assert(span_equal(buffer_span(&b), input));
	}
	assert(signer_answer(signer, ROLE_WORKER, input, &a, &message, &why) == (read ? ERR_DENIED : ERR_SYNTAX));
	if (signer_answer(signer, ROLE_STEWARD, input, &a, &message, &why) == OK) {
		assert(read && signing_answer_read(message, &answer) && answer.id == request.id);
		if (answer.problem.code == OK)
			assert(answer.signature.size == 64 && request.kind == SIGN_METADATA &&
			    span_is(request.key, "ec") &&
			    signed_info_read(request.payload, &info, &why) == OK && info.key == KEY_P256);
	} else {
		assert(message.size == 0);
	}
	/* The client's half: an answer that is read is one message, whole. */
	if (signing_answer_read(input, &answer)) {
		assert(!signing_answer_read(span_first(input, input.size - 1), &answer));
		assert(!signing_request_read(input, &request));
	}
	buffer_release(&b);
	arena_release(&a);
	return 0;
}
