/* tests/front/test_pages.c - the pages: what a directory becomes, what is refused, and how they are sent. */
#include "front/stage.h"

#include <libdeflate.h>

#include "front/registry/pages.h"

static struct stage stage;

static enum err
read_pages(struct stage *s, struct pages *out, struct problem *why)
{
	*why = (struct problem){ 0 };
	return pages_read(out, stage_path(s, "pages"), NULL, &s->arena, why);
}

static void
a_directory_becomes_routes(void **state)
{
	static const char *const expected[] = { "/", "/404.html", "/anchors", "/anchors/", "/x.css", "/x.webmanifest" };
	struct problem why;
	struct pages pages;

	(void)state;
	stage_init(&stage);
	stage_write(&stage, "pages/anchors/index.html", span_text("<!doctype html>"));
	stage_write(&stage, "pages/x.css", span_text("p{}"));
	stage_write(&stage, "pages/x.webmanifest", span_text("{}"));
	stage_write(&stage, "pages/404.html", span_text("<!doctype html>"));
	stage_write(&stage, "pages/README.md", span_text("not served"));
	stage_write(&stage, "pages/.hidden", span_text("not served"));
	expect_ok("read", read_pages(&stage, &pages, &why), &why);
	expect_number("as many as there are", pages.count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		expect_text("sorted", pages.list[i].path, expected[i]);
		expect_text("each with its route", pages.routes[i].path, expected[i]);
		expect_true("each is found", page_find(&pages, span_text(expected[i])) == &pages.list[i]);
	}
	expect_text("one for what is not there", pages.routes[COUNT(expected)].path, "*");
	expect_true("then the table ends", pages.routes[COUNT(expected) + 1].path == NULL);
	expect_true("what is not there is not found", !page_find(&pages, span_text("/anchor")));
	expect_true("nor what is longer", !page_find(&pages, span_text("/x.css2")));
	expect_true("the page for what is not there is known", pages.not_found == &pages.list[1]);
	stage_close(&stage);
}

static void
a_directory_left_out_is_not_served_with_anything_in_it(void **state)
{
	static const char *const expected[] = { "/", "/inner/login.css", "/inner/login/x.css", "/loginx", "/loginx/" };
	static const char *const left_out[] = { "login", "nowhere", NULL };
	static const char *const made[] = { "pages/login", "pages/loginx", "pages/inner", "pages/inner/login" };
	struct problem why = { 0 };
	struct pages pages;

	(void)state;
	stage_init(&stage);
	for (size_t i = 0; i < COUNT(made); i++)
		expect_number(made[i], mkdir(stage_path(&stage, made[i]), 0755), 0);
	stage_write(&stage, "pages/login/index.html", span_text("<!doctype html>"));
	stage_write(&stage, "pages/login/x.exe", span_text("not even looked at"));
	stage_write(&stage, "pages/loginx/index.html", span_text("<!doctype html>"));
	stage_write(&stage, "pages/inner/login.css", span_text("p{}"));
	stage_write(&stage, "pages/inner/login/x.css", span_text("p{}"));
	expect_ok("read", pages_read(&pages, stage_path(&stage, "pages"), left_out, &stage.arena, &why), &why);
	expect_number("as many as are left", pages.count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		expect_text("only what it names, where it names it", pages.list[i].path, expected[i]);
	stage_close(&stage);
}

static void
a_line_that_leads_to_what_is_left_out_goes(void **state)
{
#define TO(name) "<a href=\"/" name "/\">" name "</a>"
#define PAGE "<nav>\n" TO("ledger") "\n" TO("account") "\n" TO("accounts") "\n</nav>\n<p>" TO("account") "</p>\n" \
	TO("account")
	static const char *const account[] = { "account", NULL };
	static const struct { const char *title, *name, *const *left_out, *kept; } cases[] = {
		{ "all is there", "/", NULL, PAGE },
		{ "links go, and nothing else", "/", account, "<nav>\n" TO("ledger")
		    "\n" TO("accounts") "\n</nav>\n<p>" TO("account") "</p>\n" },
		{ "of HTML alone", "/x.js", account, PAGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct page *found;
		struct problem why = { 0 };
		struct pages pages;

		stage_init(&stage);
		stage_write(&stage, "pages/index.html", span_text(PAGE));
		stage_write(&stage, "pages/x.js", span_text(PAGE));
		expect_ok("read",
		    pages_read(&pages, stage_path(&stage, "pages"), cases[i].left_out, &stage.arena, &why), &why);
		found = page_find(&pages, span_text(cases[i].name));
		expect_true("found", found != NULL);
		expect_span(cases[i].title, found->plain, cases[i].kept);
		stage_close(&stage);
	}
#undef PAGE
#undef TO
}

static void
what_pages_are_not_made_of_is_refused(void **state)
{
	static const struct { const char *title, *command, *part; enum err code; } cases[] = {
		{ "an unknown suffix", "touch pages/x.exe", "/x.exe", ERR_INVALID },
		{ "no suffix", "touch pages/x", "/x", ERR_INVALID },
		{ "a name to be escaped", "touch 'pages/a b.css'", "letters", ERR_INVALID },
		{ "a symbolic link", "ln -s /etc/passwd pages/x.txt", "symbolic link", ERR_INVALID },
		{ "a linked directory", "ln -s /etc pages/etc", "symbolic link", ERR_INVALID },
		{ "a pipe", "mkfifo pages/x.txt", "neither", ERR_INVALID },
		{ "too deep", "mkdir -p pages/a/b/c/d/e", "deep", ERR_LIMIT },
		{ "too large", "truncate -s 9M pages/x.txt", "8 MiB", ERR_LIMIT },
		{ "too many", "for i in $(seq 300); do echo >pages/$i.txt; done", "256", ERR_LIMIT },
		{ "not there", "rm -r pages", "pages", ERR_NOT_FOUND },
	};
	struct problem why;
	struct pages pages;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		stage_init(&stage);
		expect_number(cases[i].title,
		    system(arena_print(&stage.arena, "cd %s && %s", stage.path, cases[i].command)), 0);
		expect_problem(cases[i].title, read_pages(&stage, &pages, &why), &why, cases[i].code, cases[i].part);
		stage_close(&stage);
	}
}

static void
pages_are_sent_with_their_policy_and_asked_for_again_cheaply(void **state)
{
	const char *style, *answer;
	char etag[64];

	(void)state;
	stage_init(&stage);
	style = arena_print(&stage.arena, "%0400d", 0);
	stage_write(&stage, "pages/x.css", span_text(style));
	stage_write(&stage, "pages/anchors/index.html", span_text("<!doctype html>keys"));
	stage_write(&stage, "pages/404.html", span_text("<!doctype html>nothing"));
	expect_number("a directory", mkdir(stage_path(&stage, "pages/ledger"), 0755), 0);
	stage_write(&stage, "pages/ledger/decision.html", span_text("<!doctype html>a decision"));
	stage_open(&stage);
	expect_answer("a decision's page", stage_ask(&stage, "GET /decisions/01a2058ce97eb6f083000692cf0b4396", ""),
	    200, "Referrer-Policy: no-referrer\r\n|a decision");
	expect_answer("the place to show one", stage_ask(&stage, "GET /decisions/", ""), 200, "a decision");
	answer = stage_ask(&stage, "GET /", "");
	expect_answer("a page", answer, 200, "Content-Type: text/html; charset=utf-8\r\n|Cache-Control: no-cache\r\n|"
	    "Content-Security-Policy: default-src 'none'; script-src 'self'|frame-ancestors 'none'|X-Frame-Options: "
	    "DENY|publickey-credentials-get=(self)|Referrer-Policy: no-referrer|<title>");
	expect_number("its tag", sscanf(strstr(answer, "ETag: ") + 6, "%63[^\r]", etag), 1);
	expect_answer("asked for again",
	    stage_ask(&stage, "GET /", arena_print(&stage.arena, "If-None-Match: %s\r\n", etag)), 304,
	    "ETag: |!<title>|!Content-Type");
	expect_answer("a page in a directory", stage_ask(&stage, "GET /anchors/", ""), 200, "keys");
	expect_answer("without its slash", stage_ask(&stage, "GET /anchors", ""), 308, "Location: /anchors/\r\n");
	expect_answer("a style sheet has no page's policy", stage_ask(&stage, "GET /x.css", ""), 200,
	    "text/css|0000|!Content-Security-Policy");
	expect_answer("packed", stage_ask(&stage, "GET /x.css", "Accept-Encoding: gzip\r\n"), 200,
	    "Content-Encoding: gzip|-gzip\"\r\n|!00000000");
	expect_answer("what would not become smaller is not packed", stage_ask(&stage, "GET /anchors/",
	    "Accept-Encoding: gzip\r\n"), 200, "keys|!Content-Encoding");
	expect_answer("the page for what is not there says so", stage_ask(&stage, "GET /404.html", ""), 404, "nothing");
	expect_answer("no way up", stage_ask(&stage, "GET /../keys/x.json", ""), 404, "");
	expect_answer("a browser that went astray gets that page", stage_ask(&stage, "GET /astray",
	    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"), 404, "text/html|<!doctype html>nothing");
	expect_answer("a machine gets a problem", stage_ask(&stage, "GET /astray", "Accept: */*\r\n"), 404,
	    "application/problem+json|Cache-Control: no-store");
	expect_answer("the wrong method is not led astray", stage_ask(&stage, "POST /", "Content-Length: 0\r\n"), 405,
	    "Allow: GET");
	stage_close(&stage);
}

static void
a_gzip_twin_is_the_same_page(void **state)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	const struct page *page;
	struct problem why;
	struct pages pages;
	uint8_t out[512];
	size_t size;

	(void)state;
	stage_init(&stage);
	stage_write(&stage, "pages/x.css", span_text(arena_print(&stage.arena, "%0400d", 0)));
	expect_ok("read", read_pages(&stage, &pages, &why), &why);
	page = page_find(&pages, span_text("/x.css"));
	expect_number("unpacked", libdeflate_gzip_decompress(d, page->gzip.data, page->gzip.size, out, sizeof(out),
	    &size), LIBDEFLATE_SUCCESS);
	expect_true("the same", span_equal(span_of(out, size), page->plain));
	libdeflate_free_decompressor(d);
	stage_close(&stage);
}

/* The pages themselves: whole, with nothing their own policy forbids, and every file they name is there. */
static void
our_own_pages_hold_together(void **state)
{
	static const char *const forbidden[] = { "<style", " style=", " onclick=", " onload=", "javascript:", "http://",
	    "//cdn" };
	const char *source = getenv("top_srcdir");
	struct problem why = { 0 };
	struct pages pages;
	struct arena a = arena_init(64 * MIB);

	(void)state;
	if (!source) {
		print_message("skip: top_srcdir is not set; make check sets it\n");
		arena_release(&a);
		skip();
	}
	expect_ok("read", pages_read(&pages, arena_print(&a, "%s/server/pages", source), NULL, &a,
	    &why), &why);
	for (size_t i = 0; i < pages.count; i++) {
		const struct page *page = &pages.list[i];
		const char *text = arena_text(&a, page->plain), *at = text;

		if (!page->plain.size || !strstr((const char *)page->fields.data, "text/html"))
			continue;
		for (size_t k = 0; k < COUNT(forbidden); k++)
			expect_true(arena_print(&a, "%s has no %s", page->path, forbidden[k]), !strstr(text,
			    forbidden[k]));
		while ((at = strstr(at, "\"/assets/")) != NULL) {
			struct span rest = span_text(++at), path = span_cut(&rest, '"');

			expect_true(arena_print(&a, "%s: %.*s is there", page->path, SPAN_ARGS(path)), page_find(&pages,
			    path) != NULL);
		}
	}
	expect_true("a front page", page_find(&pages, span_text("/")) != NULL);
	expect_true("a page of signing keys", page_find(&pages, span_text("/anchors/")) != NULL);
	expect_true("a page for what is not there", pages.not_found != NULL);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_becomes_routes),
		cmocka_unit_test(a_directory_left_out_is_not_served_with_anything_in_it),
		cmocka_unit_test(a_line_that_leads_to_what_is_left_out_goes),
		cmocka_unit_test(what_pages_are_not_made_of_is_refused),
		cmocka_unit_test(pages_are_sent_with_their_policy_and_asked_for_again_cheaply),
		cmocka_unit_test(a_gzip_twin_is_the_same_page),
		cmocka_unit_test(our_own_pages_hold_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
