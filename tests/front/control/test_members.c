/* tests/front/control/test_members.c - a member over the control socket, and two operators. */
#include <fcntl.h>
#include <sys/wait.h>

#include "front/control/stage.h"

/* Members: an organisation with one relying party. */

#define RECORD(id, host, about) "{\"id\":\"" id "\",\"kind\":\"business\",\"name\":{\"ja\":\"会社\"," \
	"\"en\":\"Company\"}," \
	"\"description\":{\"ja\":\"試験\"," \
	"\"en\":\"" about "\"}," \
	"\"contacts\":[{\"type\":\"technical\",\"given_name\":\"Operations\"," \
	"\"email\":\"operations@" host "\"}]," \
	"\"entities\":[{\"entity_id\":\"https://" host "/sp\",\"roles\":[\"rp\"]," \
	"\"saml\":\"<md:EntityDescriptor " \
	"xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' " \
	"entityID='https://" host "/sp'><md:SPSSODescriptor " \
	"protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'><md:AssertionConsumerService " \
	"Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://" host "/acs' " \
	"index='0'/>" \
	"</md:SPSSODescriptor></md:EntityDescriptor>\"}]}"
#define APPLY(record) "{\"action\":\"apply\",\"record\":" record "}"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
/* The digits become those of what waits. */
#define APPROVE(id) "{\"action\":\"approve\",\"id\":\"" id "\",\"proposal\":\"sha256:" ZEROS "\"}"
#define MEMBER_STEP(action, id) "{\"action\":\"" action "\",\"id\":\"" id "\"}"
#define CHANGES(more, changes) "{" more "\"changes\":[" changes "]}"

#define FIRST RECORD("first", "rp.first.example", "One")

static void
requests_about_members_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "there are no members", { "GET", "/v1/control/members", NULL, NULL }, 200,
		    "{\"members\":[],\"more\":false}" },
		{ "a standing must be one", { "GET", "/v1/control/members?standing=good", NULL, NULL }, 400,
		    "standing: expected applied, approved, suspended or withdrawn, found \\\"good\\\"" },
		{ "a member that is not there is not found", { "GET", "/v1/control/members/nobody", NULL, NULL }, 404,
		    "there is no member \\\"nobody\\\"" },
		{ "a member's id is one", { "GET", "/v1/control/members/No%20body", NULL, NULL }, 400,
		    "a member's id is 2 to 64" },
		{ "changes must be named", { "POST", "/v1/control/members", json, "{}" }, 400,
		    "/changes: expected at least one, found none" },
		{ "a change is an object", { "POST", "/v1/control/members", json, "{\"changes\":[1]}" }, 400,
		    "/changes/0: expected an object, found a number" },
		{ "its action must be known", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"praise\"}]}" }, 400,
		    "/changes/0/action: expected apply, change, approve" },
		{ "its action must be there", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"id\":\"ab\"}]}" }, 400, "/changes/0/action: expected one, found none" },
		{ "applying takes a record", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"apply\"}]}" }, 400,
		    "/changes/0/record: expected one to apply, found none" },
		{ "approving takes none", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"approve\",\"id\":\"ab\",\"record\":{}}]}" }, 400,
		    "/changes/0/record: expected none to approve, found one" },
		{ "approving takes an id", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"approve\"}]}" }, 400,
		    "/changes/0/id: expected one to approve, found none" },
		{ "a record is an object", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"apply\",\"record\":\"x\"}]}" }, 400,
		    "/changes/0/record: expected an object" },
		{ "a change has no further members", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"confirm\",\"id\":\"ab\",\"who\":1}]}" }, 400,
		    "no member but action, id, record and proposal" },
		{ "only an approval names what was looked at", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"confirm\",\"id\":\"ab\",\"proposal\":\"sha256:0\"}]}" }, 400,
		    "/changes/0/proposal: expected none to confirm, found one" },
		{ "no reason names an individual number", { "POST", "/v1/control/members", json,
		    "{\"reason\":\"His number is 1234 5678 9018\",\"changes\":[{\"action\":\"suspend\",\"id\":"
		    "\"ab\"}]}" }, 400, "\"My Number Act 20\",\"code\":\"invalid\"" },
		{ "and where it stands is told, not what it is", { "POST", "/v1/control/members", json,
		    "{\"reason\":\"123456789018\",\"changes\":[{\"action\":\"reject\",\"id\":\"ab\"}]}" }, 400,
		    "\"/reason: this looks like an individual number, which nobody here may keep\"" },
		{ "nor has the request", { "POST", "/v1/control/members", json, "{\"changes\":[],\"who\":1}" }, 400,
		    "/who" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 1);
}

/* Asks as another operator, in a process of his; the status, and the answer in `answer`. */
static int
asked_by_second(struct stage *s, const struct wanted *w, struct buffer *answer)
{
	struct buffer b = buffer_init(64 * KIB);
	int fds[2], ended, status = 0;
	pid_t child;
	ssize_t n;

	request_write(&b, w);
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	child = fork();
	if (child == 0) {
		static char bytes[60 * KIB];
		size_t size = 0;
		int fd;

		if (setuid(SECOND) != 0 || (fd = connected(s->socket, 0)) < 0 ||
		    write(fd, buffer_span(&b).data, buffer_span(&b).size) != (ssize_t)buffer_span(&b).size)
			_exit(2);
		while (size < sizeof(bytes) && (n = read(fd, bytes + size, sizeof(bytes) - size)) > 0)
			size += (size_t)n;
		_exit(write(fds[1], bytes, size) == (ssize_t)size ? 0 : 3);
	}
	for (int round = 0; round < ROUNDS && waitpid(child, &ended, WNOHANG) == 0; round++) {
		loop_step(s->loop, 100);
		store_memory_step(s->store, clock_now());
	}
	buffer_clear(answer);
	while ((n = read(fds[0], buffer_reserve(answer, 4 * KIB), 4 * KIB)) > 0)
		buffer_filled(answer, (size_t)n);
	buffer_byte(answer, '\0');
	close(fds[0]);
	close(fds[1]);
	buffer_release(&b);
	expect_number("the other operator was answered", WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, 0);
	sscanf((const char *)buffer_span(answer).data, "HTTP/1.1 %d", &status);
	return status;
}

/* The request with the digest of what waits now. */
static struct wanted
looked_at(struct stage *s, const struct wanted *w, struct buffer *answer)
{
	static const struct wanted card = { "GET", "/v1/control/members/first", NULL, NULL };
	static char body[64 * KIB];
	struct wanted looked = *w;
	const char *found;

	if (!w->body || !strstr(w->body, ZEROS))
		return looked;
	expect_number("there is a card", asked(s, &card, answer), 200);
	found = strstr((const char *)buffer_span(answer).data, "\"proposed\":{");
	found = found ? strstr(found, "\"proposal\":\"sha256:") : NULL;
	snprintf(body, sizeof(body), "%s", w->body);
	if (found)
		memcpy(strstr(body, ZEROS), found + strlen("\"proposal\":\"sha256:"), 64);
	looked.body = body;
	return looked;
}

static void
raising_trust_takes_two(void **state)
{
	static const char change[] = CHANGES("\"reason\":\"more\",", "{\"action\":\"change\",\"record\":"
	    RECORD("first", "rp.first.example", "Another text") "}");
	static const struct {
		const char *title;
		bool second; /* asks */
		struct wanted wanted;
		const char *part;
	} steps[] = {
		{ "a dry run says that it would wait", false, { "POST", "/v1/control/members", json,
		    CHANGES("\"dry_run\":true,", APPLY(FIRST)) },
		    "\"outcome\":\"waits\",\"event\":\"member.applied\"" },
		{ "and changes nothing", false, { "GET", "/v1/control/members", NULL, NULL },
		    "{\"members\":[],\"more\":false}" },
		{ "an application waits for a second operator", false,
		    { "POST", "/v1/control/members", json, CHANGES("", APPLY(FIRST)) },
		    "\"standing_after\":\"applied\",\"approvals\":{\"had\":1,\"needed\":2}" },
		{ "it is listed with what waits", false, { "GET", "/v1/control/members?standing=applied", NULL, NULL },
		    "\"waiting\":{\"action\":\"apply\"" },
		{ "with its name", false, { "GET", "/v1/control/members", NULL, NULL },
		    "\"name\":{\"ja\":\"会社\",\"en\":\"Company\"},\"kind\":\"business\",\"entities\":1" },
		{ "status says so too", false, { "GET", "/v1/control/status", NULL, NULL },
		    "\"members\":{\"waiting\":[\"first\"],\"applied\":1" },
		{ "the operator who proposed it cannot be the second", false,
		    { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) },
		    "proposed this; expected another operator, 1 of 2 have agreed" },
		{ "nor can anybody be without saying what he approves", true, { "POST", "/v1/control/members", json,
		    CHANGES("", MEMBER_STEP("approve", "first")) }, "expected the digest of what is approved "
		        "(proposal), as the "
		    "member's card has it, found none" },
		{ "that is a refusal", false, { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) },
		    "\"outcome\":\"refused\",\"event\":\"member.refused\",\"standing_before\":\"applied\","
		    "\"standing_after\":\"applied\"" },
		{ "another operator approves", true, { "POST", "/v1/control/members", json,
		    CHANGES("", APPROVE("first")) }, "\"outcome\":\"done\",\"event\":\"member.approved\","
		        "\"standing_before\":\"applied\",\"standing_after\":\"approved\"" },
		{ "the card shows entity and certificates, history and record", false,
		    { "GET", "/v1/control/members/first", NULL, NULL }, "https://rp.first.example/sp" },
		{ "and who registered it, as the world sees it", false, { "GET", "/v1/control/members/first", NULL,
		    NULL }, "\"registration_authority\":\"https://authority.example/\",\"registration_instant\":\"20" },
		{ "a change that says more waits", true, { "POST", "/v1/control/members", json, change },
		    "\"pointer\":\"/description/en\"" },
		{ "the card tells what would differ", false, { "GET", "/v1/control/members/first", NULL, NULL },
		    "\"differences\":[{\"pointer\":\"/description/en\",\"before\":" },
		{ "nobody approves what is another one now", false, { "POST", "/v1/control/members", json, CHANGES("",
		    "{\"action\":\"approve\",\"id\":\"first\",\"proposal\":\"sha256:1\"}") },
		    "\"code\":\"conflict\",\"problem\":\"the proposal is another one now: look at it again\"" },
		{ "nobody approves his own change", true, { "POST", "/v1/control/members", json,
		    CHANGES("", APPROVE("first")) }, "uid:65533 proposed this; expected another operator" },
		{ "but we may", false, { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) },
		    "\"outcome\":\"done\",\"event\":\"member.changed\"" },
		{ "lowering trust demands a reason", false,
		    { "POST", "/v1/control/members", json, CHANGES("", MEMBER_STEP("suspend", "first")) },
		    "expected a reason" },
		{ "and takes one operator", false,
		    { "POST", "/v1/control/members", json, CHANGES("\"reason\":\"a look\",", MEMBER_STEP("suspend",
		    "first")) },
		    "\"standing_after\":\"suspended\"" },
		{ "the card says why", false, { "GET", "/v1/control/members/first", NULL, NULL }, "a look" },
		{ "one of two changes may be refused", false, { "POST", "/v1/control/members", json,
		    CHANGES("\"reason\":\"over\",", MEMBER_STEP("withdraw", "first") "," MEMBER_STEP("withdraw",
		        "nobody")) },
		    "\"code\":\"not-found\",\"problem\":\"there is no member nobody\"" },
		{ "and the other is done", false, { "GET", "/v1/control/members?standing=withdrawn", NULL, NULL },
		    "\"id\":\"first\"" },
	};
	struct buffer answer = buffer_init(1 * MIB);
	struct stage s;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can ask as another user: two operators are not tried\n");
		skip();
	}
	stage_open(&s, 7, 2);
	for (size_t i = 0; i < COUNT(steps); i++) {
		const struct wanted wanted = looked_at(&s, &steps[i].wanted, &answer), *w = &wanted;
		int status = steps[i].second ? asked_by_second(&s, w, &answer) : asked(&s, w, &answer);

		if (status != 200 || !strstr((const char *)buffer_span(&answer).data, steps[i].part)) {
			print_error("  found    %s\n  expected 200 … %s\n", (const char *)buffer_span(&answer).data,
			    steps[i].part);
			expect_fail(__FILE__, __LINE__, steps[i].title);
		}
	}
	buffer_release(&answer);
	stage_free(&s);
}

static void
who_is_not_named_is_no_second_operator(void **state)
{
	static const struct wanted apply = { "POST", "/v1/control/members", json, CHANGES("", APPLY(FIRST)) };
	static const struct wanted approve = { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) };
	struct buffer answer = buffer_init(1 * MIB);
	struct wanted looked;
	struct stage s;

	(void)state;
	stage_open_as(&s, 17, 2, false);
	expect_answer(&s, "the daemon's own user may propose", &apply, 200, "\"approvals\":{\"had\":0,\"needed\":2}");
	looked = looked_at(&s, &approve, &answer);
	expect_answer(&s, "but does not count", &looked, 200, "is not named in control/operators, so its agreement "
	    "does not count; expected an operator who is, 0 of 2 have agreed");
	buffer_release(&answer);
	stage_free(&s);
}

static void
one_operator_may_be_enough(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 10, 1);
	expect_answer(&s, "an application is looked at even so",
	    &(struct wanted){ "POST", "/v1/control/members", json, CHANGES("", APPLY(FIRST)) }, 200,
	    "\"outcome\":\"waits\"");
	expect_answer(&s, "by the same operator, if need be",
	    &(struct wanted){ "POST", "/v1/control/members", json, CHANGES("", MEMBER_STEP("approve", "first")) }, 200,
	    "\"standing_after\":\"approved\"");
	expect_answer(&s, "a broken record is refused and says where", &(struct wanted){ "POST", "/v1/control/members",
	    json,
	    CHANGES("", APPLY("{\"id\":\"second\"}")) }, 200, "\"problem\":\"record: /");
	expect_answer(&s, "an id may be written with escapes", &(struct wanted){ "POST", "/v1/control/members", json,
	    CHANGES("", MEMBER_STEP("confirm", "\\u0061b")) }, 200,
	        "{\"results\":[{\"id\":\"ab\",\"outcome\":\"refused\"");
	expect_answer(&s, "an entity of a member is nobody else's", &(struct wanted){ "POST", "/v1/control/members",
	    json,
	    CHANGES("", APPLY(RECORD("second", "rp.first.example", "Two"))) }, 200, "\"outcome\":\"refused\"");
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_about_members_are_read_strictly),
		cmocka_unit_test(raising_trust_takes_two),
		cmocka_unit_test(who_is_not_named_is_no_second_operator),
		cmocka_unit_test(one_operator_may_be_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
