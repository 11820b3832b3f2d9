/* tests/signer/test_use_trusted_list.c - trusted lists are signed with their own keys, and nothing else with those. */
#include "signer/stage.h"

#include "codec/text.h"
#include "crypto/jws.h"

static struct span
list_input(struct arena *a, enum key_type type, const char *certificate, const char *content_type, const char *list)
{
	struct problem why;
	struct span header;

	expect_ok("header", jws_jades_header(type, certificate_of(a, certificate), content_type,
	    (struct instant){ SECONDS(1) }, a, &header, &why), &why);
	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, header)),
	    SPAN_ARGS(base64url_write(a, span_text(list)))));
}

static void
trusted_lists_are_signed_with_their_own_keys(void **state)
{
	static const struct {
		const char *title, *key;
		enum key_type type;        /* of the header */
		const char *certificate, *content_type;
		enum err code;
		const char *part;
	} cases[] = {
		{ "ECDSA", "list", KEY_P256, "list", "json", OK, "" },
		{ "RSA", "list-rsa", KEY_RSA_2048, "list-rsa", "json", OK, "" },
		{ "a key for metadata", "ec", KEY_P256, "ec", "json", ERR_INVALID,
		    "key ec serves metadata, not trusted-list" },
		{ "another's certificate", "list", KEY_P256, "ec", "json", ERR_INVALID,
		    "not that of this key and its certificate" },
		{ "another algorithm", "list", KEY_RSA_2048, "list", "json", ERR_INVALID, "not that of this key" },
		{ "another content", "list", KEY_P256, "list", "jwt", ERR_INVALID, "not that of this key" },
		{ "no such key", "nobody", KEY_P256, "list", "json", ERR_NOT_FOUND, "no key of this name" },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span input = list_input(&a, cases[i].type, cases[i].certificate, cases[i].content_type,
		    "{\"LoTE\":{\"ListAndSchemeInformation\":{\"a\":[1,-2.5e+3,true,false,null,{}],"
		    "\"b\":\"連}\\\"]\"}}}"), message;
		struct certificate_facts facts;
		struct signing_answer answer;
		struct problem why;
		bool good;

		expect_ok(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
		    cases[i].key, input), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_problem(cases[i].title, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
		if (cases[i].code != OK)
			continue;
		expect_ok("certificate", certificate_read(certificate_of(&a, cases[i].key), &a, &facts, &why), &why);
		expect_ok("verify", public_key_verify(facts.spki, input, answer.signature, &good, &why), &why);
		expect_true("the certificate's key verifies it", good);
	}
	arena_release(&a);
}

static void
what_is_no_trusted_list_ends_the_link(void **state)
{
	static const struct { const char *title, *list; } lists[] = {
		{ "nothing", "" },
		{ "an access token", "{\"iss\":\"https://op.example\",\"sub\":\"bob\"}" },
		{ "an empty object", "{}" },
		{ "no object in it", "{\"LoTE\":[]}" },
		{ "a second member", "{\"LoTE\":{},\"sub\":\"bob\"}" },
		{ "a first member", "{\"iss\":\"x\",\"LoTE\":{}}" },
		{ "two of them", "{\"LoTE\":{}}{\"LoTE\":{}}" },
		{ "bytes behind", "{\"LoTE\":{}}\n" },
		{ "a blank", "{\"LoTE\":{\"a\": 1}}" },
		{ "cut short", "{\"LoTE\":{\"a\":\"b\"}" },
		{ "an open text", "{\"LoTE\":{\"a\":\"b}}" },
		{ "a line's end in a text", "{\"LoTE\":{\"a\":\"b\n\"}}" },
		{ "closed as another", "{\"LoTE\":{\"a\":[1}]}}" },
		{ "an end too many", "{\"LoTE\":{}}}" },
		{ "a text beside it", "{\"LoTE\":{}\"a\"}" },
		{ "another object beside it", "{\"LoTE\":{}{}}" },
		{ "what JSON does not have", "{\"LoTE\":{'a':1}}" },
		{ "too deep", "{\"LoTE\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}" },
	};
	struct arena a = arena_init(1 * MIB);
	struct span good = list_input(&a, KEY_P256, "list", "json", "{\"LoTE\":{}}");
	struct span odd = list_input(&a, KEY_P256, "list", "json", "{\"LoTE\":{\"a\":\"b\"}}");
	const struct { const char *title; struct span payload; } inputs[] = {
		{ "nothing", { 0 } },
		{ "no dot", span_text("eyJhbGciOiJFUzI1NiJ9") },
		{ "no header", span_text("..") },
		{ "any header", span_text(arena_print(&a, "eyJhbGciOiJFUzI1NiJ9.%s", strchr(arena_text(&a, good),
		    '.') + 1)) },
		{ "a list signed already", span_text(arena_print(&a, "%.*s.AAAA", SPAN_ARGS(good))) },
		{ "padding", span_text(arena_print(&a, "%.*s=", SPAN_ARGS(odd))) },
		{ "a digit more", span_text(arena_print(&a, "%.*sA", SPAN_ARGS(good))) },
		{ "base64's own digits", span_text(arena_print(&a, "%.*s+", SPAN_ARGS(good))) },
		{ "a SignedInfo", signed_info(&a, KEY_P256) },
	};
	struct problem why;
	struct span answer;

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++)
		expect_problem(lists[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
		    "list", list_input(&a, KEY_P256, "list", "json", lists[i].list)), &a, &answer, &why), &why,
		    ERR_DENIED,
		    "the bytes to be signed are not of kind a trusted list: behind the header's dot");
	for (size_t i = 0; i < COUNT(inputs); i++)
		expect_problem(inputs[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
		    "list", inputs[i].payload), &a, &answer, &why), &why, ERR_DENIED,
		    "the bytes to be signed are not of kind a trusted list: ");
	/* What does not fit the key is not looked at more kindly. */
	expect_problem("no list for another key", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_TRUSTED_LIST,
	    "list", list_input(&a, KEY_P256, "ec", "json", "{}")), &a, &answer, &why), &why, ERR_DENIED,
	    "behind the header's dot");
	arena_release(&a);
}

static void
a_large_list_is_signed_without_being_copied(void **state)
{
	struct arena a = arena_init(256 * MIB);
	size_t size = 90 * MIB;
	uint8_t *list = arena_take(&a, size);
	struct buffer b = buffer_init(128 * MIB);
	struct signing_task task;
	struct span input, header;
	struct problem why;

	(void)state;
	memset(list, 'x', size);
	memcpy(list, "{\"LoTE\":{\"a\":\"", 14);
	memcpy(list + size - 3, "\"}}", 3);
	expect_ok("header", jws_jades_header(KEY_P256, certificate_of(&a, "list"), "json",
	    (struct instant){ SECONDS(1) }, &a, &header, &why), &why);
	header = base64url_write(&a, header);
	input = base64url_write(&a, span_of(list, size));
	signing_request_write(&b, &(struct signing_request){ 7, SIGN_TRUSTED_LIST, span_text("list"), header });
	expect_problem("a header alone", signer_check(signer, ROLE_STEWARD, buffer_span(&b), &task, &why), &why,
	    ERR_DENIED, "behind the header's dot");
	buffer_clear(&b);
	buffer_u8(&b, 1);
	buffer_u64(&b, 7);
	buffer_u8(&b, SIGN_TRUSTED_LIST);
	buffer_block(&b, span_text("list"));
	buffer_u32(&b, (uint32_t)(header.size + 1 + input.size));
	buffer_add(&b, header);
	buffer_byte(&b, '.');
	buffer_add(&b, input);
	expect_true("it fits", !b.overflowed);
	expect_ok("checked", signer_check(signer, ROLE_STEWARD, buffer_span(&b), &task, &why), &why);
	expect_true("a task is small, whatever it is for", task.key && task.input_size == 32 && sizeof(task) < 4 * KIB);
	signing_task_run(&task);
	expect_ok("signed", task.problem.code, &task.problem);
	expect_number("a signature", task.signature_size, 64);
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusted_lists_are_signed_with_their_own_keys),
		cmocka_unit_test(what_is_no_trusted_list_ends_the_link),
		cmocka_unit_test(a_large_list_is_signed_without_being_copied),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
