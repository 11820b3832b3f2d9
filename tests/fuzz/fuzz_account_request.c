/* tests/fuzz/fuzz_account_request.c - what is read of a person's request about attributes and addresses is within its
 * bounds, and an address that was read reads as itself.
 */
#include <assert.h>

#include "codec/text.h"
#include "front/account/attribute_request.h"
#include "front/account/contact_request.h"
#include "person/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_attributes(struct arena *a, struct span body)
{
	struct attributes attributes = { .count = 0 };
	struct attribute_statement statement;
	struct persona_choice choice;
	struct problem why;

	if (attribute_statement_read(a, body, &statement, &why) == OK) {
		assert(statement.value.size && statement.value.size <= ATTRIBUTE_LARGEST &&
		    utf8_valid(statement.value));
		assert(statement.personas && statement.personas < PERSONA_BIT(PERSONAS) && !(statement.personas & 1));
		if (attribute_state(&attributes, span_text("nickname"), statement.value, statement.personas,
		    (struct instant){ 1 }, &why) == OK) {
			struct buffer b = buffer_init(64 * KIB);
			struct attributes read;

			attributes_write(&b, &attributes);
			assert(attributes_read(buffer_span(&b), &read) && read.count == 1);
			assert(span_equal(read.list[0].value, statement.value));
			buffer_release(&b);
		}
	}
	if (persona_choice_read(a, body, &choice, &why) == OK)
		for (size_t i = 0; i < choice.count; i++)
			assert(choice.names[i].size && utf8_valid(choice.names[i]));
}

static void
check_contacts(struct arena *a, struct span body)
{
	struct contact_request request;
	struct problem why;

	for (int with_code = 0; with_code < 2; with_code++) {
		if (contact_request_read(a, body, with_code, &request, &why) != OK)
			continue;
		assert(request.code.size == (with_code ? 6 : 0));
		assert(request.address.size && request.address.size <= CONTACT_LARGEST);
		for (size_t i = 0; i < request.address.size; i++)
			assert(request.address.data[i] > ' ' && request.address.data[i] < 0x7f);
		assert(span_equal(contact_address_read(a, request.address), request.address));
		assert(account_name_key(a, request.address).size == 32);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(4 * MIB);

	if (size <= 32 * KIB) {
		check_attributes(&a, span_of(data, size));
		check_contacts(&a, span_of(data, size));
	}
	arena_release(&a);
	return 0;
}
