/* tests/registry/test_standing.c - a member's life, step by step: what becomes of it, who may, and the exact words when
 * not. */
#include "expect.h"

#include <stdio.h>

#include "registry/standing.h"

#define FIRST "{\"entities\":[{\"entity_id\":\"urn:a\",\"roles\":[\"rp\"]}],\"id\":\"city\"}"
#define LESS "{\"entities\":[],\"id\":\"city\"}"
#define MORE "{\"entities\":[{\"entity_id\":\"urn:a\",\"roles\":[\"idp\",\"rp\"]}],\"id\":\"city\"}"
#define OTHER "{\"entities\":[{\"entity_id\":\"urn:b\",\"roles\":[\"rp\"]}],\"id\":\"city\"}"

/* SHA-256 of two of them, by sha256sum. */
#define SUM_FIRST "3117182adb916f0a21d8e3f364f091e0303b08b02a9d627b416ff50646b193bd"
#define SUM_MORE "3a60c98f487ce5f1a600a5122446aece0fc659fa36b43ee078cc049efd742270"

/* The letters stand for operators, root for one who is not named: "A apply first". To approve, the record is the digest
 * of what was looked at: empty for what waits, "-" for none. Behind the arrow: the event, the standing, what waits with
 * how many; "+" before it: something that waited is dropped. */
struct step {
	const char *actor, *action, *record, *reason;
	const char *becomes; /* or "CODE: sentence" */
};
#define STEPS 12

static const struct {
	const char *title;
	unsigned approvals;
	struct step steps[STEPS];
} lives[] = {
	{ "one operator is enough where the settings say so", 1,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "change", MORE, "", "member.changed approved nothing 0" },
	        { "A", "suspend", "", "key lost", "member.suspended suspended nothing 0" },
	        { "A", "reinstate", "", "new key", "member.reinstated approved nothing 0" },
	        { "A", "withdraw", "", "closed", "member.withdrawn withdrawn nothing 0" },
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	    } },
	{ "an application takes another operator", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "approve", "", "", "denied: A proposed this; expected another operator, 1 of 2 have agreed" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "B", "approve", "", "",
	            "invalid: city is approved; expected something that waits for approval; nothing does" },
	    } },
	{ "three take three different ones", 3,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.agreed applied apply 2" },
	        { "B", "approve", "", "",
	            "denied: B has agreed to this; expected another operator, 2 of 3 have agreed" },
	        { "A", "approve", "", "", "denied: A proposed this; expected another operator, 2 of 3 have agreed" },
	        { "C", "approve", "", "", "member.approved approved nothing 0" },
	    } },
	{ "who is an operator no more has agreed to nothing", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "", "configuration", "B\nC", "", "" },
	        { "A", "approve", "", "",
	            "denied: A is not named in control/operators, so its agreement does not count; expected an "
	            "operator who is, 0 of 2 have agreed" },
	        { "B", "approve", "", "", "member.agreed applied apply 1" },
	        { "C", "approve", "", "", "member.approved approved nothing 0" },
	        { "B", "suspend", "", "key lost", "member.suspended suspended nothing 0" },
	        { "B", "reinstate", "", "new key", "member.reinstatement-proposed suspended reinstate 1" },
	        { "", "configuration", "C\nD", "", "" },
	        { "C", "approve", "", "", "member.agreed suspended reinstate 1" },
	        { "D", "approve", "", "", "member.reinstated approved nothing 0" },
	    } },
	{ "a changed application is another one", 3,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.agreed applied apply 2" },
	        { "B", "change", LESS, "", "member.application-changed applied apply 1" },
	        { "B", "approve", "", "", "denied: B proposed this; expected another operator, 1 of 3 have agreed" },
	        { "A", "approve", "", "", "member.agreed applied apply 2" },
	    } },
	{ "what raises waits, what only takes away does not", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "change", MORE, "", "member.change-proposed approved change 1" },
	        { "A", "approve", "", "", "denied: A proposed this; expected another operator, 1 of 2 have agreed" },
	        { "B", "approve", "", "", "member.changed approved nothing 0" },
	        { "A", "change", FIRST, "", "member.changed approved nothing 0" },
	        { "A", "change", LESS, "", "member.changed approved nothing 0" },
	        { "A", "change", LESS, "", "member.unchanged approved nothing 0" },
	    } },
	{ "a proposal can be replaced, and proposing it again is no agreement", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "change", MORE, "", "member.change-proposed approved change 1" },
	        { "B", "change", MORE, "", "member.unchanged approved change 1" },
	        { "B", "change", OTHER, "", "+member.change-proposed approved change 1" },
	        { "B", "approve", "", "", "denied: B proposed this; expected another operator, 1 of 2 have agreed" },
	        { "A", "approve", "", "", "member.changed approved nothing 0" },
	    } },
	{ "what takes away drops what waits: it was agreed to beside the record of before", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "change", MORE, "", "member.change-proposed approved change 1" },
	        { "A", "change", LESS, "", "+member.changed approved nothing 0" },
	        { "B", "approve", "", "",
	            "invalid: city is approved; expected something that waits for approval; nothing does" },
	    } },
	{ "rejected applications end, rejected changes leave what was", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "reject", "", "a mistake", "member.rejected withdrawn nothing 0" },
	        { "B", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "change", MORE, "", "member.change-proposed approved change 1" },
	        { "B", "reject", "", "no", "member.change-rejected approved nothing 0" },
	        { "B", "reject", "", "no",
	            "invalid: city is approved; expected something that waits for approval; nothing does" },
	    } },
	{ "suspension is one operator's, its end is two's", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "change", MORE, "", "member.change-proposed approved change 1" },
	        { "A", "suspend", "", "key lost", "+member.suspended suspended nothing 0" },
	        { "A", "reinstate", "", "new key", "member.reinstatement-proposed suspended reinstate 1" },
	        { "A", "reinstate", "", "again",
	            "invalid: city is suspended; expected an approval or a rejection of the reinstatement that waits" },
	        { "A", "change", LESS, "",
	            "invalid: city is suspended; expected an approval or a rejection of the reinstatement that waits" },
	        { "A", "approve", "", "", "denied: A proposed this; expected another operator, 1 of 2 have agreed" },
	        { "B", "reject", "", "not yet", "member.reinstatement-rejected suspended nothing 0" },
	        { "B", "reinstate", "", "now", "member.reinstatement-proposed suspended reinstate 1" },
	        { "A", "approve", "", "", "member.reinstated approved nothing 0" },
	    } },
	{ "a suspended member's record can be mended", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "suspend", "", "key lost", "member.suspended suspended nothing 0" },
	        { "A", "change", OTHER, "", "member.change-proposed suspended change 1" },
	        { "A", "reinstate", "", "x",
	            "invalid: city is suspended; expected an approval or a rejection of the change that waits" },
	        { "B", "approve", "", "", "member.changed suspended nothing 0" },
	        { "B", "withdraw", "", "closed", "member.withdrawn withdrawn nothing 0" },
	    } },
	{ "nobody approves what he has not looked at", 2,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "B", "approve", "-", "",
	            "invalid: expected the digest of what is approved (proposal), as the member's card has it, found "
	            "none" },
	        { "A", "change", MORE, "", "member.application-changed applied apply 1" },
	        { "B", "approve", "sha256:" SUM_FIRST, "",
	            "conflict: the proposal is another one now: look at it again" },
	        { "B", "approve", SUM_MORE, "", "conflict: the proposal is another one now: look at it again" },
	        { "B", "approve", "sha256:" SUM_MORE, "", "member.approved approved nothing 0" },
	        { "A", "suspend", "", "key lost", "member.suspended suspended nothing 0" },
	        { "A", "reinstate", "", "new key", "member.reinstatement-proposed suspended reinstate 1" },
	        { "B", "approve", "sha256:" SUM_FIRST, "",
	            "conflict: the proposal is another one now: look at it again" },
	        { "B", "approve", "sha256:" SUM_MORE, "", "member.reinstated approved nothing 0" },
	    } },
	{ "one operator may approve without, but not another than that", 1,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "approve", "sha256:" SUM_MORE, "",
	            "conflict: the proposal is another one now: look at it again" },
	        { "root", "approve", "-", "", "member.approved approved nothing 0" },
	    } },
	{ "who is not named may propose and lower, but is none of those it takes", 2,
	    {
	        { "root", "apply", FIRST, "", "member.applied applied apply 0" },
	        { "A", "approve", "", "", "member.agreed applied apply 1" },
	        { "root", "approve", "", "",
	            "denied: root is not named in control/operators, so its agreement does not count; expected an "
	            "operator who is, 1 of 2 have agreed" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "root", "change", MORE, "", "member.change-proposed approved change 0" },
	        { "root", "change", LESS, "", "+member.changed approved nothing 0" },
	        { "root", "suspend", "", "key lost", "member.suspended suspended nothing 0" },
	    } },
	{ "steps the life does not have", 2,
	    {
	        { "A", "approve", "", "", "not-found: there is no member city" },
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "apply", FIRST, "",
	            "invalid: city is applied; expected a change of the application, an approval or a rejection" },
	        { "A", "suspend", "", "x", "invalid: city is applied; expected an approved member" },
	        { "A", "reinstate", "", "x", "invalid: city is applied; expected a suspended member" },
	        { "A", "withdraw", "", "x",
	            "invalid: city is applied; expected a rejection, which takes an application back too" },
	        { "A", "confirm", "", "", "invalid: city is applied; expected an approved member" },
	        { "B", "approve", "", "", "member.approved approved nothing 0" },
	        { "B", "apply", FIRST, "", "invalid: city is approved; expected a change" },
	        { "B", "withdraw", "", "x", "member.withdrawn withdrawn nothing 0" },
	        { "B", "change", FIRST, "", "invalid: city is withdrawn; expected a new application" },
	        { "B", "withdraw", "", "x", "invalid: city is withdrawn; expected an approved or a suspended member" },
	    } },
	{ "reasons are demanded and kept clean", 1,
	    {
	        { "A", "apply", FIRST, "", "member.applied applied apply 1" },
	        { "A", "reject", "", "",
	            "invalid: expected a reason of 1 to 1000 bytes without control characters, found 0 bytes" },
	        { "A", "approve", "", "two\nlines",
	            "invalid: expected a reason of 1 to 1000 bytes without control characters, found 9 bytes" },
	        { "A", "approve", "", "\xff",
	            "invalid: expected a reason of 1 to 1000 bytes without control characters, found 1 bytes" },
	        { "A", "approve", "", "", "member.approved approved nothing 0" },
	        { "A", "suspend", "", "",
	            "invalid: expected a reason of 1 to 1000 bytes without control characters, found 0 bytes" },
	        { "A", "withdraw", "", "",
	            "invalid: expected a reason of 1 to 1000 bytes without control characters, found 0 bytes" },
	        { "A", "confirm", "", "", "member.confirmed approved nothing 0" },
	    } },
};

static struct span
written(struct arena *a, const struct member *m)
{
	struct buffer b = buffer_init(MIB);
	struct span s;

	member_write(&b, m);
	s = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return s;
}

#define OPERATORS "A\nB\nC\nuid:1000\nuid:1001"
static const char *operators = OPERATORS; /* in force */

static struct member_change
change_of(struct arena *a, const struct member *before, const struct step *step, unsigned approvals, int64_t at)
{
	bool looked = before && step->record[0] == '\0';

	return (struct member_change){
		.proposal = looked                 ? member_proposal(a, before) :
		    strcmp(step->record, "-") == 0 ? span_text("") :
		                                     span_text(step->record),
		.action = member_action_read(span_text(step->action)),
		.id = span_text("city"),
		.record = span_text(step->record),
		.by = { span_text(step->actor), { span_text(operators), approvals } },
		.reason = span_text(step->reason),
		.now = { SECONDS(at) },
	};
}

static void
lives_go_as_the_picture_has_it(void **state)
{
	struct arena a = arena_init(64 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(lives); i++) {
		struct member m = { 0 };
		bool there = false;

		operators = OPERATORS;
		for (size_t n = 0; n < STEPS && lives[i].steps[n].actor; n++) {
			const struct step *step = &lives[i].steps[n];

			if (strcmp(step->action, "configuration") == 0) {
				operators = step->record;
				continue;
			}
			struct member_change change =
			    change_of(&a, there ? &m : NULL, step, lives[i].approvals, (int64_t)n + 1);
			struct member_outcome out;
			struct problem why = { 0 };
			const char *title = arena_print(&a, "%s: %s %s", lives[i].title, step->actor, step->action),
			           *found;
			enum err err = member_decide(&a, there ? &m : NULL, &change, &out, &why);

			if (err == OK)
				found = arena_print(&a, "%s%s %s %s %zu", out.drops ? "+" : "", out.event,
				    standing_name(out.after.standing),
				    member_action_name(out.after.proposed), out.after.approver_count);
			else
				found = arena_print(&a, "%s: %s", err_name(err), why.text);
			expect_text(title, found, step->becomes);
			if (err != OK) {
				expect_true("a refused step leaves all as it was",
				    span_equal(written(&a, &m), written(&a, &out.after)));
				continue;
			}
			expect_number("each step is one entry, but for what it drops", out.after.events,
			    m.events + (strcmp(out.event, "member.unchanged") != 0) + out.drops);
			expect_number(
			    "standing changed, or did not", out.standing_changed, out.after.standing != m.standing);
			expect_number("waiting is what is proposed", out.waits, out.after.proposed != MEMBER_NOTHING);
			m = out.after;
			there = true;
		}
	}
	arena_release(&a);
}

static struct member_outcome
lived(struct arena *a, struct member *m, const struct step *steps, size_t count)
{
	struct member_outcome out = { 0 };
	struct problem why;

	for (size_t n = 0; n < count; n++) {
		struct member_change change = change_of(a, n ? m : NULL, &steps[n], 2, (int64_t)n + 1);

		expect_ok(steps[n].action, member_decide(a, n ? m : NULL, &change, &out, &why), &why);
		*m = out.after;
	}
	return out;
}

static void
what_is_in_force_is_told_apart_from_what_waits(void **state)
{
	static const struct step steps[] = {
		{ "A", "apply", FIRST, "", "" },
		{ "B", "approve", "", "all good", "" },
		{ "A", "confirm", "", "", "" },
		{ "A", "change", MORE, "growing", "" },
		{ "B", "suspend", "", "key lost", "" },
	};
	struct arena a = arena_init(MIB);
	struct member m;
	struct member_outcome out;

	(void)state;
	out = lived(&a, &m, steps, 1);
	expect_true("nothing of an applicant is in force", out.waits && !out.record_changed && m.registered.us == 0);
	out = lived(&a, &m, steps, 2);
	expect_true("registered and confirmed when first approved", out.record_changed && out.standing_changed &&
	    m.registered.us == SECONDS(2) && m.confirmed.us == SECONDS(2) && m.since.us == SECONDS(2));
	expect_span("for this reason", m.reason, "all good");
	out = lived(&a, &m, steps, 3);
	expect_true("a confirmation is dated", m.confirmed.us == SECONDS(3) && m.since.us == SECONDS(2));
	out = lived(&a, &m, steps, 4);
	expect_span("what is in force stays", m.record, FIRST);
	expect_span("beside what is proposed", m.proposal, MORE);
	expect_span("for its reason", m.proposal_reason, "growing");
	expect_true("since then", m.proposed_at.us == SECONDS(4) && !out.record_changed);
	out = lived(&a, &m, steps, 5);
	expect_true("a suspension drops what waits", m.proposal.size == 0 && m.proposed == MEMBER_NOTHING);
	expect_span("and says why", m.reason, "key lost");
	arena_release(&a);
}

static void
the_entry_says_who_did_what(void **state)
{
	static const struct step steps[] = {
		{ "uid:1000", "apply", FIRST, "", "" },
		{ "uid:1001", "approve", "", "all \"good\"", "" },
		{ "uid:1001", "change", MORE, "", "" },
	};
	struct arena a = arena_init(MIB);
	struct member m = { 0 }, before;
	struct member_change change;
	struct member_outcome out;
	struct problem why;
	const char *entry;

	(void)state;
	change = change_of(&a, NULL, &steps[0], 2, 1);
	expect_ok("apply", member_decide(&a, NULL, &change, &out, &why), &why);
	entry = arena_text(&a, member_entry(&a, NULL, &change, &out));
	expect_text("of an application nothing is in force", entry,
	    "{\"action\":\"apply\",\"actor\":\"uid:1000\",\"after\":null,"
	    "\"at\":\"1970-01-01T00:00:01Z\",\"before\":null,\"event\":\"member.applied\",\"member\":\"city\","
	    "\"number\":1,"
	    "\"proposal\":\"sha256:" SUM_FIRST "\",\"reason\":\"\",\"standing\":\"applied\"}");
	m = out.after;
	change = change_of(&a, &m, &steps[1], 2, 2);
	expect_ok("approve", member_decide(&a, &m, &change, &out, &why), &why);
	entry = arena_text(&a, member_entry(&a, &m, &change, &out));
	expect_text("of an approval the record", entry,
	    "{\"action\":\"approve\",\"actor\":\"uid:1001\",\"after\":\"sha256:" SUM_FIRST
	    "\",\"at\":\"1970-01-01T00:00:02Z\",\"before\":null,\"event\":\"member.approved\",\"member\":\"city\","
	    "\"number\":2,"
	    "\"proposal\":null,\"reason\":\"all \\\"good\\\"\",\"standing\":\"approved\"}");
	before = m = out.after;
	change = change_of(&a, &m, &steps[2], 2, 3);
	expect_ok("change", member_decide(&a, &m, &change, &out, &why), &why);
	entry = arena_text(&a, member_entry(&a, &before, &change, &out));
	expect_text("of a proposal both", entry,
	    "{\"action\":\"change\",\"actor\":\"uid:1001\",\"after\":\"sha256:" SUM_FIRST
	    "\",\"at\":\"1970-01-01T00:00:03Z\",\"before\":\"sha256:" SUM_FIRST
	    "\",\"event\":\"member.change-proposed\","
	    "\"member\":\"city\",\"number\":3,\"proposal\":\"sha256:" SUM_MORE
	    "\",\"reason\":\"\",\"standing\":\"approved\"}");
	m = out.after;
	change = change_of(&a, &m, &(struct step){ "uid:1000", "suspend", "", "key lost", "" }, 2, 4);
	before = m;
	expect_ok("suspend", member_decide(&a, &m, &change, &out, &why), &why);
	expect_true("what waited is dropped", out.drops && out.after.events == 5);
	out = member_dropped(&before);
	entry = arena_text(&a, member_entry(&a, &before, &change, &out));
	expect_text("and has an entry with its digest", entry,
	    "{\"action\":\"suspend\",\"actor\":\"uid:1000\",\"after\":\"sha256:" SUM_FIRST
	    "\",\"at\":\"1970-01-01T00:00:04Z\",\"before\":\"sha256:" SUM_FIRST
	    "\",\"event\":\"member.proposal-dropped\","
	    "\"member\":\"city\",\"number\":4,\"proposal\":\"sha256:" SUM_MORE
	    "\",\"reason\":\"key lost\",\"standing\":\"approved\"}");
	arena_release(&a);
}

static void
rows_are_read_back(void **state)
{
	static const struct step steps[] = {
		{ "A", "apply", FIRST, "", "" },
		{ "B", "approve", "", "good", "" },
		{ "A", "change", MORE, "growing", "" },
	};
	struct arena a = arena_init(MIB);
	struct member m, back;
	struct span row;

	(void)state;
	lived(&a, &m, steps, 3);
	m.warned = span_text("12345678");
	row = written(&a, &m);
	expect_true("a row is read", member_read(row, &back));
	expect_true("to the same", span_equal(written(&a, &back), row));
	expect_span("with its proposer", back.approvers[0], "A");
	for (size_t cut = 0; cut < row.size; cut++)
		expect_true("a row cut short is none", !member_read(span_first(row, cut), &back));
	((uint8_t *)(uintptr_t)row.data)[1] = 9;
	expect_true("a standing that is none", !member_read(row, &back));
	expect_true("keys of the history sort by number",
	    span_compare(member_event_key(&a, span_text("ab"), 255), member_event_key(&a, span_text("ab"), 256)) < 0 &&
	        span_compare(
	            member_event_key(&a, span_text("ab"), UINT32_MAX), member_event_key(&a, span_text("ab-c"), 1)) < 0);
	arena_release(&a);
}

static void
words_are_read_back(void **state)
{
	(void)state;
	for (int i = MEMBER_APPLY; i < MEMBER_ACTIONS; i++)
		expect_number("an action", member_action_read(span_text(member_action_name((enum member_action)i))), i);
	expect_number("nothing is no step", member_action_read(span_text("nothing")), MEMBER_NOTHING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_go_as_the_picture_has_it),
		cmocka_unit_test(what_is_in_force_is_told_apart_from_what_waits),
		cmocka_unit_test(the_entry_says_who_did_what),
		cmocka_unit_test(rows_are_read_back),
		cmocka_unit_test(words_are_read_back),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
