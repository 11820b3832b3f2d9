/* front/registry/pages.c - the static pages, read at the start and served from memory. */
#include "front/registry/pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "codec/gzip.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/registry/front.h"
#include "http/negotiate.h"

#define GZIP_LEVEL 9
#define INDEX "index.html"
#define NOT_FOUND "404.html"
#define DECISION_PAGE "/ledger/decision.html"

/* Nothing inline, nothing from elsewhere, no frame around it: what the page shows came from here (design 5.6). */
#define HTML_FIELDS \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " \
	"form-action 'self'; frame-ancestors 'none'\r\n" \
	"X-Frame-Options: DENY\r\n" \
	"Cross-Origin-Opener-Policy: same-origin\r\n" \
	"Permissions-Policy: camera=(self), geolocation=(), microphone=(), " \
	"publickey-credentials-create=(self), publickey-credentials-get=(self)\r\n" \
	"Referrer-Policy: no-referrer\r\n"

static const struct {
	const char *suffix, *type; /* no type: for those who write pages, not served */
	bool text;                 /* worth compressing */
	const char *fields;
} kinds[] = {
	{ ".html", "text/html; charset=utf-8", true, HTML_FIELDS },
	{ ".css", "text/css; charset=utf-8", true, "" },
	{ ".js", "text/javascript; charset=utf-8", true, "" },
	{ ".json", "application/json", true, "" },
	{ ".webmanifest", "application/manifest+json", true, "" },
	{ ".svg", "image/svg+xml", true, "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n" },
	{ ".png", "image/png", false, "" },
	{ ".ico", "image/vnd.microsoft.icon", false, "" },
	{ ".woff2", "font/woff2", false, "" },
	{ ".txt", "text/plain; charset=utf-8", true, "" },
	{ ".md", NULL, false, NULL },
};

struct reading {
	struct arena *arena;
	struct pages *pages;
	const char *directory; /* for messages */
	const char *const *left_out;
	size_t bytes;
	struct problem *why;
};

static bool
ends_with(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.size >= n && span_is(span_skip(s, s.size - n), suffix);
}

static enum err
refuse_file(const struct reading *r, enum err code, const char *path, const char *expected)
{
	return problem_set(r->why, code, "", "%s%s: %s", r->directory, path, expected);
}

/* Letters, digits and . - _ need no escaping, and compare as they are written. */
static bool
is_plain_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

/* `no-cache` lets a browser keep it and ask each time: a page and its script are never of two releases. What tells that
 * something is not there has no validator: 304 would say so still when it is. */
static void
page_dress(struct arena *arena, struct page *page, size_t kind)
{
	static const char caching[] = "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\n";
	uint8_t sha256[32];
	const char *tag;

	digest(DIGEST_SHA256, page->plain, sha256);
	tag = hex_write(arena, span_of(sha256, 12));
	if (kinds[kind].text)
		page->gzip = gzip_twin(arena, page->plain, GZIP_LEVEL);
	page->etag = span_text(arena_print(arena, "\"%s\"", tag));
	page->etag_gzip = span_text(arena_print(arena, "\"%s-gzip\"", tag));
	page->fields_unchanged = span_text(arena_print(arena, "ETag: \"%s\"\r\n%s", tag, caching));
	page->fields_unchanged_gzip = span_text(arena_print(arena, "ETag: \"%s-gzip\"\r\n%s", tag, caching));
	page->fields = span_text(arena_print(arena, "Content-Type: %s\r\n%s%.*s",
	    kinds[kind].type, kinds[kind].fields, SPAN_ARGS(page->fields_unchanged)));
	page->fields_gzip = span_text(arena_print(arena, "Content-Type: %s\r\nContent-Encoding: gzip\r\n%s%.*s",
	    kinds[kind].type, kinds[kind].fields, SPAN_ARGS(page->fields_unchanged_gzip)));
	page->fields_missing = span_text(arena_print(arena, "Content-Type: %s\r\n%s%s", kinds[kind].type,
	    kinds[kind].fields, caching));
	page->fields_missing_gzip = span_text(arena_print(arena, "Content-Type: %s\r\nContent-Encoding: gzip\r\n%s%s",
	    kinds[kind].type, kinds[kind].fields, caching));
}

static struct page *
page_add(struct reading *r, const char *path)
{
	struct page *page = &r->pages->list[r->pages->count++];

	*page = (struct page){ .path = path };
	return page;
}

static enum err
read_whole(struct reading *r, int fd, const char *path, struct span *out)
{
	struct buffer bytes = buffer_init(PAGES_BYTES - r->bytes);
	enum err err = file_read_open(fd, arena_print(r->arena, "%s%s", r->directory, path), &bytes, r->why);

	*out = arena_copy(r->arena, buffer_span(&bytes));
	r->bytes += out->size;
	buffer_release(&bytes);
	return err == ERR_LIMIT ? refuse_file(r, err, path, "with it the pages are larger than 8 MiB") : err;
}

static bool
leads_to_left_out(const struct reading *r, struct span line)
{
	for (const char *const *name = r->left_out; name && *name; name++)
		if (span_starts(line, arena_print(r->arena, "<a href=\"/%s/\"", *name)))
			return true;
	return false;
}

/* A line that is a link to what is left out goes with it. */
static struct span
without_links(const struct reading *r, struct span html)
{
	struct buffer b = buffer_init(PAGES_BYTES);
	struct span kept;

	while (html.size) {
		struct span rest = html, line = span_cut(&rest, '\n');

		if (!leads_to_left_out(r, line))
			buffer_add(&b, span_first(html, html.size - rest.size));
		html = rest;
	}
	kept = arena_copy(r->arena, buffer_span(&b));
	buffer_release(&b);
	return kept;
}

/* "/anchors/index.html" is the page "/anchors/", and "/anchors" leads there. */
static void
add_index(struct reading *r, const char *path, struct span bytes, size_t kind)
{
	struct span directory = span_first(span_text(path), strlen(path) - strlen(INDEX));
	struct page *page = page_add(r, arena_text(r->arena, directory));
	struct page *bare;

	page->plain = bytes;
	page_dress(r->arena, page, kind);
	if (directory.size <= 1)
		return;
	bare = page_add(r, arena_text(r->arena, span_first(directory, directory.size - 1)));
	bare->leads_to = page->path;
}

static enum err
read_file(struct reading *r, int fd, const char *path)
{
	struct page *page;
	struct span bytes;
	size_t kind = 0;

	while (kind < COUNT(kinds) && !ends_with(span_text(path), kinds[kind].suffix))
		kind++;
	if (kind == COUNT(kinds))
		return refuse_file(r, ERR_INVALID, path, "pages are not made of files with this suffix");
	if (!kinds[kind].type)
		return OK;
	/* An index makes two. */
	if (r->pages->count + 2 > PAGES_FILES)
		return refuse_file(r, ERR_LIMIT, path, "with it the pages are more than 256 files");
	if (read_whole(r, fd, path, &bytes) != OK)
		return r->why->code;
	if (r->left_out && ends_with(span_text(path), ".html"))
		bytes = without_links(r, bytes);
	if (ends_with(span_text(path), "/" INDEX)) {
		add_index(r, path, bytes, kind);
		return OK;
	}
	page = page_add(r, path);
	page->plain = bytes;
	page_dress(r->arena, page, kind);
	return OK;
}

static bool
is_left_out(const struct reading *r, const char *path)
{
	for (const char *const *name = r->left_out; name && *name; name++) {
		if (strcmp(path + 1, *name) == 0)
			return true;
	}
	return false;
}

static enum err read_directory(struct reading *, int fd, const char *path, unsigned depth);

/* O_NOFOLLOW: a link could show what lies elsewhere. */
static enum err
read_entry(struct reading *r, int parent, const char *path, const char *name, unsigned depth)
{
	int fd = openat(parent, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	enum err err;

	if (fd < 0 && errno == ELOOP)
		return refuse_file(r, ERR_INVALID, path, "a symbolic link; pages are plain files");
	if (fd < 0)
		return problem_errno(r->why, errno, "%s%s", r->directory, path);
	if (fstat(fd, &st) < 0)
		err = problem_errno(r->why, errno, "%s%s", r->directory, path);
	else if (S_ISDIR(st.st_mode))
		/* Takes the descriptor. */
		return read_directory(r, fd, path, depth + 1);
	else if (!S_ISREG(st.st_mode))
		err = refuse_file(r, ERR_INVALID, path, "neither a file nor a directory");
	else
		err = read_file(r, fd, path);
	close(fd);
	return err;
}

/* `path` is "" or begins with a slash and ends without one. */
static enum err
read_directory(struct reading *r, int fd, const char *path, unsigned depth)
{
	DIR *directory = fdopendir(fd);
	enum err err = OK;

	if (!directory) {
		err = problem_errno(r->why, errno, "%s%s", r->directory, path);
		close(fd);
		return err;
	}
	if (depth > PAGES_DEPTH)
		err = refuse_file(r, ERR_LIMIT, path, "pages lie at most 4 directories deep");
	while (err == OK) {
		const struct dirent *entry = readdir(directory);
		const char *inner;

		if (!entry)
			break;
		if (entry->d_name[0] == '.')
			continue;
		inner = arena_print(r->arena, "%s/%s", path, entry->d_name);
		if (is_left_out(r, inner))
			continue;
		if (!is_plain_name(entry->d_name))
			err = refuse_file(r, ERR_INVALID, inner, "names of pages have letters, digits, . - _ only");
		else
			err = read_entry(r, dirfd(directory), inner, entry->d_name, depth);
	}
	closedir(directory);
	return err;
}

static int
compare_pages(const void *a, const void *b)
{
	return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

static const struct route *
routes_of(const struct pages *pages, struct arena *arena)
{
	struct route *routes = arena_array(arena, struct route, pages->count + 2);

	for (size_t i = 0; i < pages->count; i++)
		routes[i] = (struct route){ GET, pages->list[i].path, serve_page, NO_BODY, 0 };
	routes[pages->count] = (struct route){ GET, "*", serve_page, NO_BODY, 0 };
	return routes;
}

enum err
pages_read(struct pages *pages, const char *directory, const char *const *left_out, struct arena *arena,
    struct problem *why)
{
	struct problem unasked;
	struct reading r = { .arena = arena, .pages = pages, .directory = directory, .left_out = left_out,
	    .why = why ? why : &unasked };
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err;

	if (fd < 0)
		return problem_errno(r.why, errno, "%s", directory);
	*pages = (struct pages){ .list = arena_array(arena, struct page, PAGES_FILES) };
	err = read_directory(&r, fd, "", 0);
	if (err != OK)
		return err;
	qsort(pages->list, pages->count, sizeof(*pages->list), compare_pages);
	pages->not_found = page_find(pages, span_text("/" NOT_FOUND));
	pages->routes = routes_of(pages, arena);
	return OK;
}

const struct page *
page_find(const struct pages *pages, struct span path)
{
	size_t low = 0, high = pages->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *at = pages->list[middle].path;
		size_t size = strlen(at), common = size < path.size ? size : path.size;
		int order = memcmp(path.data, at, common);

		if (order == 0 && size == path.size)
			return &pages->list[middle];
		if (order < 0 || (order == 0 && path.size < size))
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void
send_page(struct exchange *exchange, int status, const struct page *page)
{
	bool gzip = coding_choose(exchange->request, page->gzip.size > 0) == CODING_GZIP;
	struct reply reply = {
		.status = status,
		.fields = gzip ? page->fields_gzip : page->fields,
		.body = gzip ? page->gzip : page->plain,
	};

	if (status == 404)
		reply.fields = gzip ? page->fields_missing_gzip : page->fields_missing;
	if (status == 200 && is_fresh(exchange->request, gzip ? page->etag_gzip : page->etag, (struct instant){ 0 })) {
		reply.status = 304;
		reply.fields = gzip ? page->fields_unchanged_gzip : page->fields_unchanged;
	}
	exchange_reply(exchange, &reply);
}

/* A coding that is refused altogether is passed over here: a page is for people, and identity is what all can read. */
void
page_send(struct exchange *exchange, const struct registry_front *front, const struct page *page)
{
	if (!page && front->pages.not_found && accepts_html(exchange->request)) {
		send_page(exchange, 404, front->pages.not_found);
	} else if (!page) {
		front_refuse(exchange, 404, "", ERR_NOT_FOUND, "RFC 9110 s15.5.5",
		    "there is no such page");
	} else if (page->leads_to) {
		exchange_reply(exchange, &(struct reply){
			.status = 308,
			.fields = span_text(arena_print(exchange->arena, "Location: %s\r\nCache-Control: no-cache\r\n",
			    page->leads_to)),
		});
	} else {
		send_page(exchange, page == front->pages.not_found ? 404 : 200, page);
	}
}

void
page_send_missing(struct exchange *exchange, const struct registry_front *front, const struct page *page)
{
	if (page)
		send_page(exchange, 404, page);
	else
		page_send(exchange, front, NULL);
}

void
serve_page(struct exchange *exchange, void *arg)
{
	const struct registry_front *front = arg;

	page_send(exchange, front, page_find(&front->pages, exchange->request->path));
}

/* One page for every decision: its script reads the address, and asks the ledger with the salt, which stands behind a
 * '#' and so never comes here with the address. */
void
serve_decision_page(struct exchange *exchange, void *arg)
{
	const struct registry_front *front = arg;

	page_send(exchange, front, page_find(&front->pages, span_text(DECISION_PAGE)));
}
