/* tests/front/control/test_persons.c - persons over the control socket: one account at a time, nothing personal. */
#include "authn/attempts.h"
#include "person/account.h"
#include "person/attribute.h"
#include "person/consent.h"
#include "person/history.h"
#include "person/likeness.h"
#include "person/proofing_record.h"
#include "transaction/account/erasing.h"
#include "transaction/account/person_agreement.h"
#include "transaction/account/person_order.h"
#include "transaction/authenticator/parent_certificate.h"
#include "transaction/notice/notice.h"

#define STAGE_FURTHER_TABLES \
	&account_table, &account_name_table, &proofing_record_table, &credential_table, &person_agreement_table, \
	&erasing_table, \
	&credential_name_table, &credential_model_table, &attribute_table, &likeness_table, &consent_table, \
	&history_table, &account_certificate_table, &notice_table, &attempts_table, &parent_certificate_table, \
	&parent_due_table,

#include "front/control/stage.h"

#define NOBODY "/v1/control/persons/0000-0000-00"
#define CREDENTIAL "\"credential\":\"0123456789abcdef0123456789abcdef\""

static void
requests_are_of_their_form(void **state)
{
	static const struct control_question questions[] = {
		{ "nobody's number", { "GET", NOBODY, NULL, NULL }, 404, "no account has this number" },
		{ "no number at all", { "GET", "/v1/control/persons/%E5%A4%AA%E9%83%8E", NULL, NULL }, 404,
		    "no account has this number" },
		{ "an address", { "GET", "/v1/control/persons/taro%40mail.example", NULL, NULL }, 404,
		    "no account has this number" },
		{ "badly escaped", { "GET", "/v1/control/persons/%zz", NULL, NULL }, 400, "badly escaped" },
		{ "nobody lists persons", { "GET", "/v1/control/persons", NULL, NULL }, 404, "" },
		{ "no action", { "POST", NOBODY, json, "{}" }, 400, "/action: expected grant, withdraw" },
		{ "an action that is none", { "POST", NOBODY, json, "{\"action\":\"erase\"}" }, 400,
		    "/action: expected" },
		{ "a role that is none", { "POST", NOBODY, json, "{\"action\":\"grant\",\"role\":\"king\"}" }, 400,
		    "/role: expected registrar" },
		{ "no role", { "POST", NOBODY, json, "{\"action\":\"grant\"}" }, 400, "/role: expected registrar" },
		{ "a role for an authenticator", { "POST", NOBODY, json,
		    "{\"action\":\"revoke\",\"role\":\"registrar\"," CREDENTIAL ",\"reason\":\"lost\"}" }, 400,
		    "/role: expected none" },
		{ "no reason", { "POST", NOBODY, json, "{\"action\":\"revoke\"," CREDENTIAL "}" }, 400,
		    "/credential, /reason: expected both" },
		{ "an id that is none", { "POST", NOBODY, json,
		    "{\"action\":\"revoke\",\"credential\":\"7\",\"reason\":\"lost\"}" }, 400,
		    "/credential: expected an authenticator's id" },
		{ "another member", { "POST", NOBODY, json, "{\"name\":\"Taro\"}" }, 400, "/name: unknown" },
		{ "nobody's account", { "POST", NOBODY "/erase", NULL, NULL }, 404, "no account has this number" },
		{ "a number badly escaped", { "POST", "/v1/control/persons/%zz/erase", NULL, NULL }, 400,
		    "badly escaped" },
		{ "a grant to nobody", { "POST", NOBODY, json, "{\"action\":\"grant\",\"role\":\"registrar\"}" }, 404,
		    "no account has this number" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 21);
}

static void
on_put(void *arg, const struct committed *c)
{
	*(enum err *)arg = c->code;
}

static struct account
put_account(struct stage *s, struct arena *arena)
{
	struct instant now = clock_now();
	struct account a = account_new(now);
	struct unit *unit = unit_new(arena, tables, id_new(now));
	enum err code = ERR_LIMIT;

	a.standing = ACCOUNT_FULL;
	a.contacts[0] = (struct contact){ .address = span_text("taro@mail.example"), .added = now, .confirmed = now };
	a.contact_count = 1;
	account_put(unit, arena, &a);
	store_commit(s->store, unit, on_put, &code);
	while (code == ERR_LIMIT)
		store_memory_step(s->store, now);
	expect_number("an account", code, OK);
	return a;
}

static void
an_account_becomes_a_registrars(void **state)
{
	struct account a;
	struct arena arena = arena_init(4 * MIB);
	const char *path, *erase;
	struct stage s;

	(void)state;
	stage_open(&s, 22, 2);
	a = put_account(&s, &arena);
	path = arena_print(&arena, "/v1/control/persons/%s", a.number);
	expect_answer(&s, "is shown", &(struct wanted){ "GET", path, NULL, NULL }, 200,
	    "\"contacts\":1,\"staff\":[],\"proofings\":[],\"authenticators\":[],\"more\":false}");
	expect_answer(&s, "takes two operators", &(struct wanted){ "POST", path, json,
	    "{\"action\":\"grant\",\"role\":\"registrar\"}" }, 200,
	    "\"outcome\":\"waiting\",\"approvals\":{\"had\":1,\"needed\":2}");
	expect_answer(&s, "and is none until then", &(struct wanted){ "GET", path, NULL, NULL }, 200, "\"staff\":[]");
	erase = arena_print(&arena, "%s/erase", path);
	expect_answer(&s, "so does erasing it", &(struct wanted){ "POST", erase, NULL, NULL }, 200,
	    "{\"outcome\":\"waits\",\"approvals\":{\"had\":1,\"needed\":2},\"rows\":0,\"decisions\":0,\"unread\":0,"
	    "\"entry\":null}");
	s.strangers = true;
	expect_answer(&s, "a stranger sees nothing", &(struct wanted){ "GET", path, NULL, NULL }, 403, "no operator");
	expect_answer(&s, "and erases nothing", &(struct wanted){ "POST", erase, NULL, NULL }, 403, "no operator");
	stage_free(&s);
	arena_release(&arena);
}

static void
one_operator_erases_where_one_is_enough(void **state)
{
	struct account a;
	struct arena arena = arena_init(4 * MIB);
	const char *path;
	struct stage s;

	(void)state;
	stage_open(&s, 23, 1);
	a = put_account(&s, &arena);
	path = arena_print(&arena, "/v1/control/persons/%s/erase", a.number);
	expect_answer(&s, "erased", &(struct wanted){ "POST", path, NULL, NULL }, 200,
	    "{\"outcome\":\"erased\",\"approvals\":{\"had\":1,\"needed\":1},\"rows\":");
	expect_answer(&s, "once", &(struct wanted){ "POST", path, NULL, NULL }, 404, "no account has this number");
	stage_free(&s);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_of_their_form),
		cmocka_unit_test(an_account_becomes_a_registrars),
		cmocka_unit_test(one_operator_erases_where_one_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
