/* tests/front/control/test_sources.c - metadata from elsewhere over the control socket. */
#include "front/control/stage.h"

#define EMPTY "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>"

static void
requests_about_sources_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "nothing was found yet", { "GET", "/v1/control/findings", NULL, NULL }, 200,
		    "{\"published\":[],\"refused\":[],\"counts\":[]}" },
		{ "a finding's level must be one", { "GET", "/v1/control/findings?level=bad", NULL, NULL }, 400,
		    "level: expected warning or error, found \\\"bad\\\"" },
		{ "there are no sources", { "GET", "/v1/control/sources", NULL, NULL }, 200, "{\"sources\":[]}" },
		{ "a source nobody configured is not found", { "POST", "/v1/control/sources/nowhere", json, "{}" }, 404,
		    "nowhere" },
		{ "a source's name is one", { "POST", "/v1/control/sources/No", json, "{}" }, 400,
		    "a source's name is 1 to 64" },
		{ "a refresh has no further wishes", { "POST", "/v1/control/sources/nowhere", json,
		    "{\"force\":true}" }, 400, "/force" },
		{ "an import names its source", { "POST", "/v1/control/import", xml, "<a/>" }, 400,
		    "source: expected a name" },
		{ "a source is not empty", { "POST", "/v1/control/import?source=", xml, "<a/>" }, 400,
		    "found 0 bytes" },
		{ "a source has no control characters", { "POST", "/v1/control/import?source=a%0ab", xml, "<a/>" }, 400,
		    "found one at byte 1" },
		{ "a broken escape is refused", { "POST", "/v1/control/import?source=%zz", xml, "<a/>" }, 400,
		    "is not percent-encoded" },
		{ "a parameter stands once", { "POST", "/v1/control/import?source=a&source=b", xml, "<a/>" }, 400,
		    "\\\"source\\\" stands twice" },
		{ "a parameter nobody knows is refused", { "POST", "/v1/control/import?source=a&force=true", xml,
		    "<a/>" }, 400, "\\\"force\\\"" },
		{ "a flag is true or false", { "POST", "/v1/control/import?source=a&dry_run=maybe", xml, "<a/>" }, 400,
		    "dry_run: expected true or false, found \\\"maybe\\\"" },
		{ "a file without entities is refused",
		    { "POST", "/v1/control/import?source=a&allow_empty=false", xml, EMPTY }, 400,
		    "has no EntityDescriptor" },
		{ "unless it is meant so", { "POST", "/v1/control/import?source=a&allow_empty=true", xml, EMPTY }, 200,
		    "\"removed\":0" },
		{ "an import takes XML only", { "POST", "/v1/control/import?source=a", json, "{}" }, 415, "" },
		{ "what is no metadata is refused", { "POST", "/v1/control/import?source=a", xml, "<a/>" }, 400,
		    "EntityDescriptor" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 1);
}

static void
an_unsigned_file_is_no_second_operator(void **state)
{
	static const struct wanted import = { "POST", "/v1/control/import?source=a&allow_empty=true", xml, EMPTY };
	static const struct wanted dry_run = { "POST", "/v1/control/import?source=a&allow_empty=true&dry_run=true", xml,
	    EMPTY };
	struct stage s;

	(void)state;
	stage_open(&s, 8, 2);
	expect_answer(&s, "a file nobody signed is not imported", &import, 403,
	    "an unsigned file raises trust by one operator alone; expected a source in the configuration, or approvals "
	    "1");
	expect_answer(&s, "what it would do may be seen", &dry_run, 200, "\"findings\":[]");
	stage_free(&s);
	stage_open(&s, 9, 1);
	expect_answer(&s, "where one operator is enough it is", &import, 200, "\"shrank\":false");
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_about_sources_are_read_strictly),
		cmocka_unit_test(an_unsigned_file_is_no_second_operator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
