/* front/authzen/asking.c - who is asking, and how everything is answered. */
#include "front/authzen/front.h"

#include "net/rate.h"
#include "transaction/caller/answer.h"

#define REQUEST_ID_LARGEST 256
#define TYPE_SHOWN 64
#define JSON_FIELDS "Content-Type: application/json\r\nCache-Control: no-store\r\n"

/* The policies are held for as long as somebody waits for the answer. */
static void
on_over(void *arg)
{
	struct asking *a = arg;

	if (a->policies)
		policy_snapshot_unref(a->policies);
	a->policies = NULL;
}

/* The same value, if it is one value that a header can hold; else ours has none. */
static const char *
request_id_field(const struct exchange *e)
{
	struct span id = message_header(e->request, "X-Request-ID");

	if (id.size == 0 || id.size > REQUEST_ID_LARGEST)
		return "";
	return arena_print(e->arena, "X-Request-ID: %.*s\r\n", SPAN_ARGS(id));
}

static void
refuse_with(struct exchange *e, int status, const char *fields, const struct problem *why)
{
	exchange_refuse_with(e, status, span_text(arena_print(e->arena, "%s%s", request_id_field(e), fields)), why);
}

void
asking_answer(struct asking *a, struct span json, size_t most)
{
	struct exchange *e = a->exchange;
	const char *id = request_id_field(e);
	struct problem why;

	on_over(a);
	if (json.size == 0) {
		problem_set(&why, ERR_LIMIT, "", "the answer is larger than %zu bytes: ask fewer questions at once",
		    most);
		refuse_with(e, 413, "", &why);
	} else {
		exchange_reply(e, &(struct reply){
			.status = 200,
			.fields = span_text(id[0] ? arena_print(e->arena, JSON_FIELDS "%s", id) : JSON_FIELDS),
			.body = json,
		});
	}
}

/* Too deep or too many is the request's fault like any other; the size of the body is the route's (413). */
int
asking_status(enum err err)
{
	return err == ERR_LIMIT ? 400 : status_of(err);
}

void
asking_refuse(struct asking *a, const struct problem *why)
{
	const char *fields = why->code == ERR_UNAVAILABLE ? "Retry-After: 2\r\n" : "";

	on_over(a);
	refuse_with(a->exchange, asking_status(why->code), fields, why);
}

bool
asking_charge(struct asking *a, size_t more)
{
	int64_t wait = more ? rate_take(a->front->rates, a->caller, a->rate, (unsigned)more, clock_monotonic()) : 0;

	if (!wait)
		return true;
	on_over(a);
	caller_refuse_haste(a->exchange, request_id_field(a->exchange), wait);
	return false;
}

/* JSON is UTF-8 (RFC 8259 s8.1): a parameter that says so does no harm, one that says otherwise is not passed over. */
static bool
is_utf8(struct span parameters)
{
	while (parameters.size) {
		struct span value = span_cut(&parameters, ';'), name = span_trim(span_cut(&value, '='));

		value = span_trim(value);
		if (span_equal_nocase(name, span_text("charset")) && !span_equal_nocase(value, span_text("utf-8")) &&
		    !span_equal_nocase(value, span_text("\"utf-8\"")))
			return false;
	}
	return true;
}

static on_caller on_caller_known;

void
asking_begin(struct asking *a, struct exchange *e, struct authzen_front *front, void (*go_on)(struct asking *))
{
	struct span rest = message_header(e->request, "Content-Type"), type = span_trim(span_cut(&rest, ';'));
	const struct credentials credentials = caller_credentials(e);
	struct problem why;

	*a = (struct asking){ .exchange = e, .front = front, .now = clock_now(), .go_on = go_on };
	if (!span_equal_nocase(type, span_text("application/json"))) {
		problem_set(&why, ERR_SYNTAX, "AuthZEN 1.0 s10.1",
		    "expected a body of the type application/json, found \"%.*s\"",
		    SPAN_ARGS(span_first(type, TYPE_SHOWN)));
		asking_refuse(a, &why);
		return;
	}
	if (!is_utf8(rest)) {
		problem_set(&why, ERR_SYNTAX, "RFC 8259 s8.1", "expected a body in UTF-8, found another charset");
		asking_refuse(a, &why);
		return;
	}
	exchange_hold(e, caller_identify(front->store, e->arena, &credentials, a->now, on_caller_known, a));
}

static void
on_caller_known(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct asking *a = arg;
	struct exchange *e = a->exchange;
	struct problem own;

	exchange_hold(e, NULL);
	if (err != OK) {
		caller_refuse(e, request_id_field(e), err, why);
		return;
	}
	if (!(caller->rights & CALLER_DECIDE)) {
		problem_set(&own, ERR_DENIED, "", "this caller has no right to ask for decisions");
		refuse_with(e, 403, "", &own);
		return;
	}
	a->caller = caller->name;
	a->member = caller->member;
	a->auditor = (caller->rights & CALLER_AUDIT) != 0;
	a->rate = caller->rate ? caller->rate : a->front->rate;
	if (!asking_charge(a, 1))
		return;
	a->policies = policy_shelf_take(a->front->shelf);
	exchange_on_gone(e, on_over, a);
	a->go_on(a);
}

bool
asking_may_name(const struct asking *a, const struct party *relying)
{
	return a->auditor || party_is_of(relying, a->member);
}

struct posing
asking_posing(const struct asking *a, struct posed_statements *statements)
{
	return (struct posing){
		.access = a->front->access,
		.policies = a->policies,
		.caller = a->caller,
		.member = a->member,
		.auditor = a->auditor,
		.now = a->now,
		.statements = statements,
		.transactions = &a->transactions,
	};
}
