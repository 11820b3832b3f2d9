/* jpki/crl_layout.h - what the file of an index looks like; only those who make and read it need to know.
 *
 *     head      one block: where everything is, what was signed by which key, and a digest of head, fences, list
 *     rows      short, long, beside, issuers, names: each kind together, in blocks
 *     fences    of each block of rows: how its first row begins, and its CRC-32
 *     list      the list itself without its entries, as DER: read again by crl_list_read()
 *
 * Entries are rows sorted byte by byte, and nearly all of them short. The fences are checked by the digest when the
 * file is opened; they lead a search to one block, which is checked by its CRC whenever it is looked at. So no bit that
 * turned over in a file ever becomes an answer, and a search touches one page of rows. Numbers are big-endian.
 */
#pragma once

#include "base/span.h"
#include "jpki/crl_list.h"

#define CRL_BLOCK 4096
#define CRL_FENCE 32         /* CRL_SERIAL_LARGEST bytes of key, CRC-32, four zeros */
#define CRL_DIGEST 32

enum crl_rows {
	CRL_SHORT,   /* serial of 12 bytes, with its sign carried to the front; date; u32 */
	CRL_LONG,    /* the same with 24 bytes */
	CRL_BESIDE,  /* what few have: date and invalidityDate in microseconds, number of its issuer, four zeros */
	CRL_ISSUERS, /* key of its name; where that begins in the names, its size */
	CRL_NAMES,   /* bytes */
	CRL_ROW_KINDS
};

#define CRL_KEY 12           /* of a short row */

/* Bytes of a row and of its key. */
extern const struct crl_row_kind {
	size_t size, key;
} crl_row_kinds[CRL_ROW_KINDS];

/* An entry's u32: reason, 15 when not told; whether it has an unknown critical extension; its row of CRL_BESIDE, plus
 * one, or 0. A list has at most CRL_LARGEST / 20 entries. */
#define CRL_ROW_REASON 28
#define CRL_ROW_NO_REASON 15u
#define CRL_ROW_CRITICAL (1u << 27)
#define CRL_ROW_BESIDE ((1u << 27) - 1)

struct crl_head {
	uint64_t at[CRL_ROW_KINDS], count[CRL_ROW_KINDS];
	uint64_t fences_at, list_at, list_size, size;
	uint64_t critical;                /* entries with an unknown critical extension */
	uint8_t list_digest[CRL_DIGEST];  /* SHA-256 of the list without its entries */
	uint8_t key_digest[CRL_DIGEST];   /* of the SubjectPublicKeyInfo whose key signed it */
};

/* How many rows a block has, and how many blocks so many rows take. */
uint64_t crl_block_rows(enum crl_rows);
uint64_t crl_blocks(enum crl_rows, uint64_t count);

/* Fills in where everything is, from the counts and list_size. */
void crl_head_place(struct crl_head *);

/* The head's block but for the digest, which stands at its end. */
#define CRL_HEAD_SIGNED (CRL_BLOCK - CRL_DIGEST)
void crl_head_write(const struct crl_head *, uint8_t block[CRL_BLOCK]);
/* False: another magic, places that do not follow from the counts, another size than `size`. */
bool crl_head_read(const uint8_t block[CRL_BLOCK], uint64_t size, struct crl_head *out);

/* Whose row has room for it. */
static inline enum crl_rows
crl_kind_of(struct span serial)
{
	return serial.size > CRL_KEY ? CRL_LONG : CRL_SHORT;
}

/* A serial number as the key of `size` bytes. */
static inline void
crl_key_of(struct span serial, uint8_t *key, size_t size)
{
	uint8_t *at = key + size - serial.size;

	memset(key, serial.data[0] & 0x80 ? 0xff : 0, size);
	if (serial.size == 8) {
		memcpy(at, serial.data, 8);
		return;
	}
	for (size_t i = 0; i < serial.size; i++)
		at[i] = serial.data[i];
}
