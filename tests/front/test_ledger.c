/* tests/front/test_ledger.c - the log as the world reads it: checkpoint, tiles and receipts over a real socket, from a
 * store that answers late.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "ledger/stage.h"

#include "codec/text.h"
#include "front/ledger/disclosure.h"
#include "front/ledger/ledger.h"
#include "http/server.h"
#include "ledger/receipt.h"
#include "net/address.h"

#define LEAVES 300

static struct stage stage;
static struct {
	struct ledger_front front;
	struct disclosure disclosure;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	char answer[64 * KIB];
	struct span body;
} world;

static void
world_open(void)
{
	struct http_settings http = { .limits = http_limits_default };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);
	struct problem why;

	world.front = (struct ledger_front){ stage.store };
	world.disclosure = (struct disclosure){ .store = stage.store };
	world.router = router_new((struct mount[]){ { ledger_routes, &world.front }, { disclosure_routes,
	    &world.disclosure } }, 2);
	expect_ok("a port", listen_on("127.0.0.1:0", &world.listening, &why), &why);
	expect_number("its number", getsockname(world.listening, (struct sockaddr *)&where, &size), 0);
	world.port = where.sin_port;
	world.server = http_server_new(stage.loop, &http);
	http_server_listen(world.server, world.listening, world.router, NULL);
}

static int
raise_stage(void **state)
{
	(void)state;
	stage_open(&stage, 11);
	world_open();
	return 0;
}

static int
strike_stage(void **state)
{
	(void)state;
	http_server_free(world.server);
	router_free(world.router);
	close(world.listening);
	stage_close(&stage);
	return 0;
}

/* The answer's status; its head in world.answer, its body in world.body. `field`: of the request, with its line's
 * end. */
static int
ask_with(const char *path, const char *field)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = world.port,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char *request = arena_print(&stage.arena, "GET %s HTTP/1.1\r\nHost: t\r\n%sConnection: close\r\n\r\n",
	    path, field);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t at = 0;
	char *body;
	ssize_t n;

	expect_number("connected", connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	for (int i = 0; i < 5000; i++) {
		n = recv(fd, world.answer + at, sizeof(world.answer) - 1 - at, MSG_DONTWAIT);
		if (n == 0)
			break;
		at += n > 0 ? (size_t)n : 0;
		stage_step(&stage);
	}
	close(fd);
	world.answer[at] = '\0';
	body = memmem(world.answer, at, "\r\n\r\n", 4);
	expect_true("a whole answer", body != NULL);
	world.body = span_of(body + 4, at - (size_t)(body + 4 - world.answer));
	*body = '\0';
	return atoi(world.answer + 9);
}

static int
ask(const char *path)
{
	return ask_with(path, "");
}

static void
expect_field(const char *title, const char *field)
{
	if (!strstr(world.answer, field))
		print_error("  missing \"%s\" in\n%s\n", field, world.answer);
	expect_true(title, strstr(world.answer, field) != NULL);
}

static void
before_the_first_checkpoint_there_is_nothing_yet(void **state)
{
	static const char *const paths[] = { "/checkpoint", "/v1/ledger", "/tile/0/000.p/1" };

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		expect_number(paths[i], ask(paths[i]), 503);
		expect_field("come again", "Retry-After: 5");
	}
	expect_number("what is no tile is none", ask("/tile/0/0"), 404);
	expect_number("nor an entry", ask("/v1/receipts/00000000000000000000000000000000"), 404);
}

static void
the_checkpoint_is_the_note_that_was_signed(void **state)
{
	struct ledger_state kept;

	(void)state;
	stage_append(&stage, 0, LEAVES);
	kept = stage_await(&stage, LEAVES);
	expect_number("there", ask("/checkpoint"), 200);
	expect_field("as text", "Content-Type: text/plain; charset=utf-8");
	expect_field("which is not kept", "Cache-Control: max-age=1");
	expect_true("byte for byte", span_equal(world.body, kept.note));
	expect_number("it verifies", stage_verify(&stage, world.body, "first").size, LEAVES);
	expect_number("as data", ask("/v1/ledger"), 200);
	expect_true("with its size", strstr((const char *)world.body.data, "{\"size\":300,\"root\":\"") != NULL);
	expect_true("and how it grew", strstr((const char *)world.body.data,
	    "\"halted\":null,\"growth\":[{\"at\":\"") != NULL);
}

static void
tiles_are_what_a_checkpoint_holds(void **state)
{
	static const struct {
		const char *title, *path;
		int status;
		size_t size;
	} cases[] = {
		{ "a full tile", "/tile/0/000", 200, 8192 },
		{ "one of the right edge", "/tile/0/001.p/44", 200, 44 * 32 },
		{ "what an earlier checkpoint had of it", "/tile/0/001.p/7", 200, 7 * 32 },
		{ "and of one that is full now", "/tile/0/000.p/9", 200, 9 * 32 },
		{ "a level up", "/tile/1/000.p/1", 200, 32 },
		{ "wider than it is", "/tile/0/001.p/45", 404, 0 },
		{ "full, which it is not", "/tile/0/001", 404, 0 },
		{ "behind the edge", "/tile/0/002.p/1", 404, 0 },
		{ "a level that is not there", "/tile/2/000.p/1", 404, 0 },
		{ "far behind", "/tile/0/x999/x999/x999/x999/x999/x999/999", 404, 0 },
		{ "entries", "/tile/entries/000", 200, 256 * 34 },
		{ "entries of the edge", "/tile/entries/001.p/44", 200, 44 * 34 },
		{ "entries behind it", "/tile/entries/001.p/45", 404, 0 },
		{ "entries far behind", "/tile/entries/x999/x999/x999/x999/x999/x999/999", 404, 0 },
		{ "a number in one piece", "/tile/0/0", 404, 0 },
		{ "a level with a zero", "/tile/00/000", 404, 0 },
		{ "nothing", "/tile/0/", 404, 0 },
		{ "percent-encoded", "/tile/0/%30%30%30", 404, 0 },
		{ "elsewhere", "/tile/../checkpoint", 404, 0 },
	};
	struct naive_tree tree;

	(void)state;
	stage_append(&stage, 0, LEAVES);
	stage_await(&stage, LEAVES);
	tree = stage_tree(&stage);
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].title, ask(cases[i].path), cases[i].status);
		if (cases[i].status != 200)
			continue;
		expect_number(cases[i].title, world.body.size, cases[i].size);
		expect_field(cases[i].title, "Cache-Control: public, max-age=31536000, immutable");
		expect_field(cases[i].title, "Content-Type: application/octet-stream");
	}
	ask("/tile/0/001.p/44");
	expect_true("hashes of leaves", memcmp(world.body.data, tree.whole[0] + 256, 44 * 32) == 0);
	ask("/tile/1/000.p/1");
	expect_true("and of full tiles", memcmp(world.body.data, tree.whole[8], 32) == 0);
	ask("/tile/entries/001.p/44");
	for (size_t i = 0; i < 44; i++) {
		struct span entry = span_first(span_skip(world.body, i * 34), 34);
		struct hash leaf = merkle_leaf(span_skip(entry, 2));

		expect_true("an entry of 32 bytes", entry.data[0] == 0 && entry.data[1] == 32);
		expect_true("hashes to its leaf", hash_equal(&leaf, &tree.whole[0][256 + i]));
	}
	naive_tree_free(&tree);
}

static void
what_no_checkpoint_holds_is_not_served(void **state)
{
	(void)state;
	stage_append(&stage, 0, 10);
	stage_await(&stage, 10);
	stage.key = NULL;
	stage_append(&stage, 10, 20);
	while (stage_state(&stage).tiled < 20)
		stage_step(&stage);
	expect_number("a tile that is made already", ask("/tile/0/000.p/11"), 404);
	expect_number("its entries", ask("/tile/entries/000.p/11"), 404);
	expect_number("what is signed", ask("/tile/0/000.p/10"), 200);
}

static void
a_receipt_proves_its_entry(void **state)
{
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .salt = "0123456789abcdef",
	    .content = span_text("{\"a\":1}") };
	struct note_key key = stage_note_key(&stage, "first");
	struct hash commitment = ledger_commitment(entry.salt, entry.content);
	struct unit *unit = unit_new(&stage.arena, stage_tables, id_new(stage_now));
	struct id id = id_new(stage_now);
	char text[LEDGER_ID_TEXT];
	struct receipt receipt;
	struct problem why;
	const char *path;

	(void)state;
	stage_append(&stage, 0, LEAVES);
	stage_await(&stage, LEAVES);
	stage.key = NULL;
	path = arena_print(&stage.arena, "/v1/receipts/%s", ledger_id_text(&id, text));
	expect_number("nobody knows it", ask(path), 404);
	ledger_append(unit, id, &entry);
	stage_commit(&stage, unit);
	expect_number("it is recorded, and not signed", ask(path), 503);
	expect_field("come again", "Retry-After: 1");
	stage.key = "first";
	ledger_keeper_look(stage.keeper);
	stage_await(&stage, LEAVES + 1);
	expect_number("then there is a receipt", ask(path), 200);
	expect_field("as text", "Content-Type: text/plain; charset=utf-8");
	expect_ok("of the form", receipt_read(&stage.arena, world.body, &receipt, &why), &why);
	expect_number("of the last leaf", receipt.index, LEAVES);
	expect_ok("which holds", receipt_verify(&receipt, span_of(commitment.bytes, HASH_SIZE),
	    span_text(STAGE_ORIGIN), &key, 1, &stage.arena, &why), &why);
	commitment.bytes[0] ^= 1;
	expect_problem("for this entry alone", receipt_verify(&receipt, span_of(commitment.bytes, HASH_SIZE),
	    span_text(STAGE_ORIGIN), &key, 1, &stage.arena, &why), &why, ERR_INVALID, "");
	expect_number("capitals are no ID", ask("/v1/receipts/0192F3A4B5C6D7E8F900112233445566"), 404);
}

/* As an operator's erasure leaves it (transaction/decision/erasure.h). */
static void
erase(struct id id)
{
	struct stage_look look = stage_load(&stage, (struct ask){ .table = &ledger_entry_table, .from = id_span(&id) });
	struct unit *unit = unit_new(&stage.arena, stage_tables, id_new(stage_now));
	struct ledger_entry entry;

	expect_true("an entry", look.count == 1 && ledger_entry_read(look.rows[0].value, &entry));
	unit_expect(unit, &ledger_entry_table, look.rows[0].key, look.rows[0].generation);
	ledger_entry_erase(unit, id, &entry);
	stage_commit(&stage, unit);
}

static void
what_was_erased_is_gone_and_still_proved(void **state)
{
	static const char path[] = "/v1/ledger/entries/0192f3a4b5c6d7e8f900112233445577";
	static const char good[] = "Authorization: Receipt 000102030405060708090a0b0c0d0e0f\r\n";
	static const char other[] = "Authorization: Receipt 00000000000000000000000000000000\r\n";
	static const char none[] = "Authorization: Receipt 00\r\n";
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = span_text("records"),
	    .content = span_text("{}") };
	struct unit *unit = unit_new(&stage.arena, stage_tables, id_new(stage_now));
	struct note_key key = stage_note_key(&stage, "first");
	struct hash commitment;
	struct receipt receipt;
	struct problem why;
	struct id id;

	(void)state;
	assert_true(ledger_id_read(span_text("0192f3a4b5c6d7e8f900112233445577"), &id));
	for (uint8_t i = 0; i < LEDGER_SALT; i++)
		entry.salt[i] = i;
	commitment = ledger_commitment(entry.salt, entry.content);
	ledger_append(unit, id, &entry);
	stage_commit(&stage, unit);
	stage_await(&stage, 1);
	expect_number("whoever shows the salt sees it", ask_with(path, good), 200);
	expect_number("another salt is a stranger's", ask_with(path, other), 404);
	expect_number("and so is none", ask_with(path, none), 404);

	erase(id);
	expect_number("erased it is gone", ask_with(path, good), 410);
	expect_true("which is said", strstr((const char *)world.body.data, "its place in the log and every proof "
	    "remain") != NULL);
	expect_true("as a code of its own", strstr((const char *)world.body.data, "\"code\":\"gone\"") != NULL);
	expect_number("nobody knows the salt any more", ask_with(path, other), 410);
	expect_number("but what is none", ask_with(path, none), 404);
	expect_number("the receipt is made as before", ask("/v1/receipts/0192f3a4b5c6d7e8f900112233445577"), 200);
	expect_ok("of the form", receipt_read(&stage.arena, world.body, &receipt, &why), &why);
	expect_ok("and holds", receipt_verify(&receipt, span_of(commitment.bytes, HASH_SIZE), span_text(STAGE_ORIGIN),
	    &key, 1, &stage.arena, &why), &why);
}

static void
what_cannot_be_read_is_never_the_same_as_none(void **state)
{
	static const char salt[] = "Authorization: Receipt 000102030405060708090a0b0c0d0e0f\r\n";
	struct unit *unit = unit_new(&stage.arena, stage_tables, id_new(stage_now));
	struct id id;

	(void)state;
	stage_append(&stage, 0, LEAVES);
	stage_await(&stage, LEAVES);
	assert_true(ledger_id_read(span_text("0192f3a4b5c6d7e8f900112233445588"), &id));
	unit_put(unit, &ledger_entry_table, id_span(&id), span_text("of another form"));
	stage_commit(&stage, unit);
	expect_number("no receipt can be made", ask("/v1/receipts/0192f3a4b5c6d7e8f900112233445588"), 503);
	expect_field("now", "Retry-After: ");
	expect_true("which is said",
	    strstr((const char *)world.body.data, "is of a form this build does not know") != NULL);
	expect_number("nor is it shown", ask_with("/v1/ledger/entries/0192f3a4b5c6d7e8f900112233445588", salt), 503);
	expect_field("now", "Retry-After: ");
	expect_number("what is not there is not", ask("/v1/receipts/0192f3a4b5c6d7e8f900112233445599"), 404);
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest tests[] = {
		SCENE(before_the_first_checkpoint_there_is_nothing_yet),
		SCENE(the_checkpoint_is_the_note_that_was_signed),
		SCENE(tiles_are_what_a_checkpoint_holds),
		SCENE(what_no_checkpoint_holds_is_not_served),
		SCENE(a_receipt_proves_its_entry),
		SCENE(what_was_erased_is_gone_and_still_proved),
		SCENE(what_cannot_be_read_is_never_the_same_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
