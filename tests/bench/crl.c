/* tests/bench/crl.c - the steps of the benchmark crl.py, one a run: a large revocation list made, imported, looked up
 * in; and the bare work no import can leave out.
 *
 *     crl make LIST KEY COUNT sorted|unsorted    a list signed by a new key, whose SubjectPublicKeyInfo goes to KEY
 *     crl bare LIST OUT        DER scan, SHA-256, 20 bytes an entry written and made durable:  wall and CPU seconds
 *     crl import LIST KEY OUT  crl_index_make():  wall and CPU seconds, peak of private memory in MiB
 *     crl lookup INDEX LIST    serials of the list and others, at random:  microseconds, how many were listed
 *     crl watch INDEX          looks up without end, through whatever file has that name:  when standard input ends,
 *                              lookups, microseconds of the longest, how many files it has seen
 */
#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/buffer.h"
#include "crypto/new_file.h"
#include "crypto/x509_path.h"
#include "jpki/crl_index.h"

#define ENTRY 27 /* bytes: a serial of eight, a UTCTime */
#define LOOKUPS 2000000

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "crl: %s\n", what);
	exit(1);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct span
map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	must(fd >= 0 && fstat(fd, &st) == 0, path);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	must(at != MAP_FAILED, path);
	close(fd);
	return span_of(at, (size_t)st.st_size);
}

/* Making a list */

static uint64_t
mixed(uint64_t n)
{
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
	n = (n ^ n >> 27) * 0x94d049bb133111ebu;
	return n ^ n >> 31;
}

/* Serials of eight bytes, positive and minimal: in steps, or anywhere. */
static uint64_t
serial_of(uint64_t i, bool sorted)
{
	uint64_t any = mixed(i);

	return sorted ? 0x0100000000000000u + i * 0x100000 + any % 0x100000 : 0x0100000000000000u + (any >> 2);
}

static void
put_entry(uint8_t *out, uint64_t i, bool sorted)
{
	uint64_t serial = serial_of(i, sorted), when = mixed(i + 77);

	memcpy(out, "\x30\x19\x02\x08", 4);
	for (size_t b = 0; b < 8; b++)
		out[4 + b] = (uint8_t)(serial >> (56 - 8 * b));
	/* Some second of five years. */
	snprintf((char *)out + 12, 16, "\x17\x0d%02u%02u%02u%02u%02u%02uZ", (unsigned)(21 + when % 5),
	    (unsigned)(1 + (when >> 8) % 12), (unsigned)(1 + (when >> 16) % 28), (unsigned)((when >> 24) % 24),
	    (unsigned)((when >> 32) % 60), (unsigned)((when >> 40) % 60));
}

static void
put_length(struct buffer *b, uint8_t tag, uint64_t length)
{
	buffer_u8(b, tag);
	buffer_u8(b, 0x84);
	buffer_u32(b, (uint32_t)length);
}

/* The fields around the entries. The lengths of what holds them are all of four bytes: lists are large here. */
#define BEFORE "\x02\x01\x01\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00" \
	"\x30\x23\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02JP" \
	"\x31\x14\x30\x12\x06\x03\x55\x04\x0a\x0c\x0bJPKI-TEST 1" \
	"\x17\x0d" "261122000000Z" "\x17\x0d" "261123000000Z"
#define AFTER "\xa0\x0e\x30\x0c\x30\x0a\x06\x03\x55\x1d\x14\x04\x03\x02\x01\x07"
#define ALGORITHM "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"

static void
write_key(EVP_PKEY *key, const char *path)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(key, &der), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(size > 0 && fd >= 0 && file_write(fd, span_of(der, (size_t)size)), path);
	close(fd);
	OPENSSL_free(der);
}

static int
make(char **arguments)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint64_t count = strtoull(arguments[2], NULL, 10), entries = count * ENTRY;
	bool sorted = strcmp(arguments[3], "sorted") == 0;
	uint64_t signed_size = sizeof(BEFORE) - 1 + 6 + entries + sizeof(AFTER) - 1;
	static uint8_t part[ENTRY * 10000 + 1];
	struct buffer b = buffer_init(4 * KIB);
	int fd = open(arguments[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	uint8_t signature[256];
	size_t size = sizeof(signature);

	must(count < 70000000, "lists have at most 2 GiB");
	must(fd >= 0 && key && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1, arguments[0]);
	write_key(key, arguments[1]);
	put_length(&b, 0x30, 6 + signed_size + sizeof(ALGORITHM) - 1 + 5 + sizeof(signature));
	must(file_write(fd, buffer_span(&b)), arguments[0]);
	buffer_clear(&b);
	put_length(&b, 0x30, signed_size);
	buffer_add(&b, span_of(BEFORE, sizeof(BEFORE) - 1));
	put_length(&b, 0x30, entries);
	must(file_write(fd, buffer_span(&b)) &&
		EVP_DigestSignUpdate(context, buffer_span(&b).data, buffer_span(&b).size),
	    arguments[0]);
	for (uint64_t i = 0; i < count;) {
		size_t at = 0;

		for (; at + ENTRY < sizeof(part) && i < count; at += ENTRY)
			put_entry(part + at, i++, sorted);
		must(file_write(fd, span_of(part, at)) && EVP_DigestSignUpdate(context, part, at), arguments[0]);
	}
	must(EVP_DigestSignUpdate(context, AFTER, sizeof(AFTER) - 1) &&
		EVP_DigestSignFinal(context, signature, &size) == 1 && size == sizeof(signature),
	    "signing");
	buffer_clear(&b);
	buffer_add(
	    &b, span_of(AFTER ALGORITHM "\x03\x82\x01\x01\x00", sizeof(AFTER ALGORITHM "\x03\x82\x01\x01\x00") - 1));
	buffer_add(&b, span_of(signature, sizeof(signature)));
	must(file_write(fd, buffer_span(&b)) && fsync(fd) == 0 && !b.overflowed, arguments[0]);
	close(fd);
	buffer_release(&b);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return 0;
}

/* The bare work */

static struct span
inside(struct span *rest)
{
	size_t length = rest->data[1], header = 2;

	if (length == 0x84) {
		length = (size_t)rest->data[2] << 24 | (size_t)rest->data[3] << 16 | (size_t)rest->data[4] << 8 |
		    rest->data[5];
		header = 6;
	} else if (length == 0x82) {
		length = (size_t)rest->data[2] << 8 | rest->data[3];
		header = 4;
	}
	must(length <= rest->size - header, "the list is not DER");
	struct span found = span_of(rest->data + header, length);
	*rest = span_of(rest->data + header + length, rest->size - header - length);
	return found;
}

static struct span
entries_of(struct span der)
{
	struct span list = inside(&der), fields = inside(&list);

	for (int i = 0; i < 5; i++)
		inside(&fields);
	return inside(&fields);
}

static uint64_t
scan(struct span entries)
{
	uint64_t sum = 0;

	while (entries.size) {
		struct span entry = inside(&entries), serial = inside(&entry), date = inside(&entry);

		sum += serial.data[serial.size - 1] + date.data[date.size - 2];
	}
	return sum;
}

static int
bare(char **arguments)
{
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct span der = map(arguments[0]), entries = entries_of(der);
	int fd = open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	uint64_t left = entries.size / ENTRY * 20, sum = scan(entries);
	static uint8_t part[256 * KIB];
	uint8_t digest[32];

	must(EVP_Digest(der.data, der.size, digest, NULL, EVP_sha256(), NULL) == 1 && fd >= 0, arguments[1]);
	memset(part, (uint8_t)(sum + digest[0]), sizeof(part));
	for (size_t size; left; left -= size) {
		size = left < sizeof(part) ? left : sizeof(part);
		must(file_write(fd, span_of(part, size)), arguments[1]);
	}
	must(fsync(fd) == 0, arguments[1]);
	printf("%.6f %.6f\n", seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	return 0;
}

/* Ours */

static _Atomic bool ended;
static double peak;

/* What is this process's own: pages of mapped files are the system's cache, and given back when it needs them. */
static void *
watch_memory(void *arg)
{
	while (!ended) {
		FILE *status = fopen("/proc/self/status", "r");
		char line[128];
		double kib;

		while (status && fgets(line, sizeof(line), status))
			if (sscanf(line, "RssAnon: %lf", &kib) == 1 && kib > peak)
				peak = kib;
		if (status)
			fclose(status);
		usleep(5000);
	}
	return arg;
}

static int
import(char **arguments)
{
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct span key = map(arguments[1]);
	struct crl_import work = {
		.der = map(arguments[0]), .keys = &key, .key_count = 1, .switches = SIGNATURES_RSA,
	};
	struct problem why;
	pthread_t watcher;

	must(pthread_create(&watcher, NULL, watch_memory, NULL) == 0, "no thread");
	must(crl_index_make(&work, arguments[2], &why) == OK, why.text);
	wall = seconds(CLOCK_MONOTONIC) - wall;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	ended = true;
	pthread_join(watcher, NULL);
	printf("%.6f %.6f %.3f\n", wall, cpu, peak / 1024);
	return 0;
}

static int
look_up(char **arguments)
{
	struct span der = map(arguments[1]), entries = entries_of(der);
	uint64_t count = entries.size / ENTRY, listed = 0, right = 0;
	struct crl_index *index;
	struct crl_entry entry;
	struct problem why;
	uint8_t (*serials)[8] = malloc((size_t)LOOKUPS * sizeof(*serials));
	double began;

	must(serials && crl_index_open(arguments[0], &index, &why) == OK, why.text);
	/* Every other one is of the list; the rest are near one that is. */
	for (uint64_t i = 0; i < LOOKUPS; i++) {
		memcpy(serials[i], entries.data + mixed(i) % count * ENTRY + 4, 8);
		if (i % 2)
			serials[i][7] ^= 1;
	}
	began = seconds(CLOCK_MONOTONIC);
	for (uint64_t i = 0; i < LOOKUPS; i++) {
		enum crl_found found = crl_index_find(index, crl_index_issuer(index), span_of(serials[i], 8), &entry);

		must(found != CRL_DAMAGED, "the index is damaged");
		listed += found == CRL_LISTED;
		right += i % 2 == 0 && found == CRL_LISTED;
	}
	must(right == LOOKUPS / 2, "a serial of the list is not found");
	printf("%.4f %llu\n", (seconds(CLOCK_MONOTONIC) - began) / LOOKUPS * 1e6, (unsigned long long)listed);
	crl_index_close(index);
	free(serials);
	return 0;
}

/* Goes on while others import: the file under the name is looked at before every lookup. */
static int
watch(char **arguments)
{
	uint64_t lookups = 0, files = 0;
	struct crl_index *index = NULL, *next;
	struct crl_entry entry;
	struct problem why;
	struct stat now, seen = { 0 };
	double longest = 0;
	struct pollfd end = { .fd = 0, .events = POLLIN };

	for (; lookups % 1024 || poll(&end, 1, 0) == 0; lookups++) {
		double began = seconds(CLOCK_MONOTONIC), took;
		uint64_t serial = mixed(lookups);

		if (stat(arguments[0], &now) == 0 && (now.st_ino != seen.st_ino || now.st_mtime != seen.st_mtime)) {
			must(crl_index_open(arguments[0], &next, &why) == OK, why.text);
			crl_index_close(index);
			index = next;
			seen = now;
			files++;
		}
		must(
		    index && crl_index_find(index, crl_index_issuer(index), span_of(&serial, 8), &entry) != CRL_DAMAGED,
		    "a lookup failed");
		took = (seconds(CLOCK_MONOTONIC) - began) * 1e6;
		if (took > longest)
			longest = took;
	}
	printf("%llu %.1f %llu\n", (unsigned long long)lookups, longest, (unsigned long long)files);
	crl_index_close(index);
	return 0;
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **arguments);
} steps[] = {
	{ "make", 4, make },
	{ "bare", 2, bare },
	{ "import", 3, import },
	{ "lookup", 2, look_up },
	{ "watch", 1, watch },
};

int
main(int count, char **arguments)
{
	for (size_t i = 0; count > 1 && i < COUNT(steps); i++)
		if (strcmp(arguments[1], steps[i].name) == 0 && count == steps[i].arguments + 2)
			return steps[i].run(arguments + 2);
	fprintf(stderr, "usage: crl make|bare|import|lookup|watch …\n");
	return 2;
}
