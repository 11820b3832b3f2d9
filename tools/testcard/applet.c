/* tools/testcard/applet.c - the JPKI application of a card. */
#include "testcard/applet.h"

#include <openssl/rsa.h>

static const uint8_t reset_answer[] = { 0x3b, 0xe0, 0x00, 0xff, 0x81, 0x31, 0xfe, 0x45, 0x14 };
const struct span applet_reset_answer = { reset_answer, sizeof(reset_answer) };

static const uint8_t application[] = { 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01 };

/* ISO 7816-4. */
enum status {
	DONE = 0x9000,
	TRIES_LEFT = 0x63c0,     /* and how many */
	MEMORY_FAILURE = 0x6581,
	WRONG_LENGTH = 0x6700,
	NOT_SATISFIED = 0x6982,  /* no PIN was given */
	BLOCKED = 0x6984,
	NOT_NOW = 0x6985,
	WRONG_DATA = 0x6a80,
	NOT_FOUND = 0x6a82,
	WRONG_PLACE = 0x6b00,
	UNKNOWN_COMMAND = 0x6d00,
};

enum kind { NOTHING, CERTIFICATE, AUTHORITY, KEY, PIN };

static const struct file { unsigned id; enum kind kind; enum purpose purpose; } files[] = {
	{ 0x0001, CERTIFICATE, SIGNATURE }, { 0x0002, AUTHORITY, SIGNATURE },
	{ 0x000a, CERTIFICATE, AUTHENTICATION }, { 0x000b, AUTHORITY, AUTHENTICATION },
	{ 0x0017, KEY, AUTHENTICATION }, { 0x0018, PIN, AUTHENTICATION },
	{ 0x001a, KEY, SIGNATURE }, { 0x001b, PIN, SIGNATURE },
};

static const struct file *
file_find(const struct applet *applet, unsigned id)
{
	for (size_t i = 0; i < COUNT(files); i++)
		if (files[i].id == id && applet->card->of[files[i].purpose].key)
			return &files[i];
	return NULL;
}

void
applet_reset(struct applet *applet)
{
	*applet = (struct applet){ .card = applet->card };
}

/* A command whose length is a byte (ISO 7816-4 s5.1): head, data, how much is expected. */
struct command {
	unsigned class, instruction, p1, p2;
	struct span data;
	size_t expected;         /* 0: it says nothing of it */
};

static bool
command_read(struct span bytes, struct command *out)
{
	struct span rest = span_skip(bytes, 5);

	if (bytes.size < 4)
		return false;
	*out = (struct command){ bytes.data[0], bytes.data[1], bytes.data[2], bytes.data[3], { 0 }, 0 };
	if (bytes.size == 4)
		return true;
	if (bytes.size > 5) {
		if (rest.size < bytes.data[4] || rest.size > (size_t)bytes.data[4] + 1)
			return false;
		out->data = span_first(rest, bytes.data[4]);
		rest = span_skip(rest, bytes.data[4]);
	} else {
		rest = span_skip(bytes, 4);
	}
	if (rest.size)
		out->expected = rest.data[0] ? rest.data[0] : 256;
	return true;
}

static enum status
select_one(struct applet *applet, const struct command *c)
{
	unsigned id;

	if (c->p1 == 0x04) {
		if (!span_equal(c->data, span_of(application, sizeof(application))))
			return NOT_FOUND;
		applet->selected = true;
		applet->file = 0;
		return DONE;
	}
	if (!applet->selected)
		return NOT_NOW;
	if (c->p1 != 0x02 || c->data.size != 2)
		return WRONG_DATA;
	id = (unsigned)c->data.data[0] << 8 | c->data.data[1];
	if (!file_find(applet, id))
		return NOT_FOUND;
	applet->file = id;
	return DONE;
}

/* Without a PIN it only tells how many tries are left. */
static enum status
verify(struct applet *applet, const struct command *c)
{
	const struct file *file = file_find(applet, applet->file);
	const struct software_pin *pin;

	if (!file || file->kind != PIN)
		return NOT_NOW;
	pin = &applet->card->of[file->purpose].pin;
	if (!c->data.size)
		return TRIES_LEFT | pin->left;
	applet->proven[file->purpose] = false;
	switch (software_pin_try(applet->card, file->purpose, c->data)) {
	case PIN_RIGHT:
		applet->proven[file->purpose] = true;
		return DONE;
	case PIN_WRONG:
		return TRIES_LEFT | pin->left;
	case PIN_BLOCKED:
		return BLOCKED;
	case PIN_NOT_KEPT:
		break;
	}
	return MEMORY_FAILURE;
}

static enum status
read_binary(const struct applet *applet, const struct command *c, struct buffer *out)
{
	const struct file *file = file_find(applet, applet->file);
	size_t from = c->p1 << 8 | c->p2;
	struct span content;

	if (!file || (file->kind != CERTIFICATE && file->kind != AUTHORITY))
		return NOT_NOW;
	if (file->kind == CERTIFICATE && file->purpose == SIGNATURE && !applet->proven[SIGNATURE])
		return NOT_SATISFIED;
	content = file->kind == CERTIFICATE ? applet->card->of[file->purpose].certificate :
	    applet->card->of[file->purpose].authority;
	if (from > content.size)
		return WRONG_PLACE;
	buffer_add(out, span_first(span_skip(content, from), c->expected ? c->expected : 256));
	return DONE;
}

/* PKCS#1 v1.5 around what is given: the DigestInfo is made outside. */
static enum status
sign(const struct applet *applet, const struct command *c, struct buffer *out)
{
	const struct file *file = file_find(applet, applet->file);
	uint8_t signature[512];
	size_t size = sizeof(signature);
	EVP_PKEY_CTX *context;
	bool done;

	if (!file || file->kind != KEY)
		return NOT_NOW;
	if (!applet->proven[file->purpose])
		return NOT_SATISFIED;
	context = EVP_PKEY_CTX_new(applet->card->of[file->purpose].key, NULL);
	done = context && EVP_PKEY_sign_init(context) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_sign(context, signature, &size, c->data.data, c->data.size) == 1;
	EVP_PKEY_CTX_free(context);
	if (!done)
		return WRONG_DATA;
	buffer_add(out, span_of(signature, size));
	return DONE;
}

static enum status
answer(struct applet *applet, struct span bytes, struct buffer *out)
{
	struct command c;

	if (!command_read(bytes, &c))
		return WRONG_LENGTH;
	if (c.instruction == 0xa4)
		return select_one(applet, &c);
	if (!applet->selected)
		return NOT_NOW;
	if (c.instruction == 0x20 && c.p2 == 0x80)
		return verify(applet, &c);
	if (c.instruction == 0xb0)
		return read_binary(applet, &c, out);
	if (c.class == 0x80 && c.instruction == 0x2a && c.p1 == 0x00 && c.p2 == 0x80)
		return sign(applet, &c, out);
	return UNKNOWN_COMMAND;
}

void
applet_answer(struct applet *applet, struct span command, struct buffer *out)
{
	unsigned status = answer(applet, command, out);

	buffer_u16(out, (uint16_t)status);
}
