"""Holdfast's formats a second time, in Python, from docs/encryption.md alone: prints the test vectors.

    pip install cryptography
    python3 vectors.py > vectors.json      what src/vectors.test.ts reads; `npm run format` lays it out
    python3 vectors.py document            the block at the end of docs/encryption.md

Every random byte is the SHA-256 of a label, so that each run prints the same.
"""

import base64
import hashlib
import hmac
import json
import struct
import sys
import unicodedata

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INSTANCE = "5b0c2f6e-9d41-4a7b-8f23-c1d7e09a6b58"


def some(label, size=32):
    """Bytes that look random and are not."""
    return hashlib.sha256(label.encode()).digest()[:size]


def hkdf(key, salt, info, size=32):
    return HKDF(SHA256(), size, salt, info.encode()).derive(key)


def key_id(root):
    return hkdf(root, b"", "holdfast/1/root-key-id", 8).hex()


def place(purpose, owner, name, version=0, environment="", instance=INSTANCE):
    return dict(purpose=purpose, instance=instance, owner=owner, environment=environment, name=name, version=version)


def associated(context):
    texts = [str(text).encode() for text in context.values()]
    return b"".join(struct.pack(">I", len(text)) + text for text in texts)


def seal(key, id, context, plaintext):
    header = b"\x01" + bytes.fromhex(id)
    salt, iv = some(f"salt {context}", 16), some(f"iv {context}", 12)
    body = AESGCM(hkdf(key, salt, "holdfast/1/envelope")).encrypt(iv, plaintext, header + associated(context))
    return header + salt + iv + body


def kit(root):
    """Bech32m, as BIP-173 has it in Python."""

    def remainder(values):
        sum = 1
        for value in values:
            top, sum = sum >> 25, (sum & 0x1FFFFFF) << 5 ^ value
            for i, term in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
                sum ^= term if top >> i & 1 else 0
        return sum

    bits = "".join(f"{byte:08b}" for byte in root)
    groups = [int(bits[i : i + 5].ljust(5, "0"), 2) for i in range(0, len(bits), 5)]
    human = [ord(letter) >> 5 for letter in "holdfast"] + [0] + [ord(letter) & 31 for letter in "holdfast"]
    sum = remainder(human + groups + [0] * 6) ^ 0x2BC830A3
    groups += [sum >> 5 * (5 - i) & 31 for i in range(6)]
    text = "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[group] for group in groups)
    return "-".join(["holdfast1"] + [text[i : i + 5] for i in range(0, len(text), 5)]).upper()


def root_key(root):
    canary = hkdf(root, b"", "holdfast/1/root-key-canary")
    return dict(text=base64.b64encode(root).decode(), id=key_id(root), canary=canary.hex(), kit=kit(root))


def passphrase(text, n=2**14, r=8, p=1):
    salt = some("salt of a passphrase", 16)
    normal = unicodedata.normalize("NFC", text).encode()
    root = hashlib.scrypt(normal, salt=salt, n=n, r=r, p=p, dklen=32, maxmem=2**30)
    derivation = dict(algorithm="scrypt", salt=base64.b64encode(salt).decode(), n=n, r=r, p=p)
    return dict(passphrase=text, derivation=derivation, rootKey=base64.b64encode(root).decode())


def digests(instance_key):
    def derived(purpose):
        return hkdf(instance_key, b"", "holdfast/1/" + purpose)

    def fingerprint(name, value):
        digest = hmac.digest(derived("fingerprint"), f"{name}\0{value}".encode(), "sha256")
        return dict(name=name, value=value, fingerprint=digest[:16].hex())

    code = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte % 32] for byte in derived("claim-code")[:12])
    return dict(
        instanceKey=instance_key.hex(),
        fingerprints=[fingerprint("GOOGLE_API_KEY", "AIza-example"), fingerprint("A", ""), fingerprint("A", "ключ 🔑")],
        claimCode="-".join([code[:4], code[4:8], code[8:]]),
        sessionSecret=derived("sessions").hex(),
    )


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def case(comment, flag, result, **rest):
    shown = {key: value.hex() if isinstance(value, bytes) else value for key, value in rest.items()}
    return dict(comment=comment, flags=[flag], result=result, **shown)


def gcm_cases():
    """The cipher alone: lengths around its blocks, and all that can be wrong by a little."""
    key, iv, text = some("gcm key"), some("gcm iv", 12), some("gcm text") * 8

    def valid(comment, flag, **changed):
        whole = dict(key=key, iv=iv, aad=some("gcm associated", 9), msg=text[:40]) | changed
        out = AESGCM(whole["key"]).encrypt(whole["iv"], whole["msg"], whole["aad"])
        return case(comment, flag, "valid", **whole, ct=out[:-16], tag=out[-16:])

    for length in [0, 1, 12, 15, 16, 17, 31, 32, 33, 64, 127, 256]:
        for size in [0, 9, 16, 20]:
            comment = f"{length} bytes, {size} associated"
            yield valid(comment, "Length", aad=some("gcm associated", size), msg=text[:length])
    for label, special in dict(zeros=bytes(12), ones=b"\xff" * 12, evens=b"\xaa" * 12).items():
        yield valid(f"an IV of {label}", "SpecialIv", iv=special)

    good = valid("", "")
    aad, ct, tag = (bytes.fromhex(good[part]) for part in ["aad", "ct", "tag"])

    def invalid(comment, flag, **changed):
        whole = dict(key=key, iv=iv, aad=aad, msg=good["msg"], ct=ct, tag=tag) | changed
        return case(comment, flag, "invalid", **whole)

    for bit in [0, 1, 7, 8, 31, 32, 63, 64, 71, 95, 96, 120, 127]:
        yield invalid(f"bit {bit} of the tag flipped", "ModifiedTag", tag=flipped(tag, bit))
    yield invalid("a tag of zeros", "ModifiedTag", tag=bytes(16))
    yield invalid("a tag of ones", "ModifiedTag", tag=b"\xff" * 16)
    yield invalid("each bit of the tag flipped", "ModifiedTag", tag=bytes(byte ^ 255 for byte in tag))
    yield invalid("the top bits of the tag flipped", "ModifiedTag", tag=bytes(byte ^ 128 for byte in tag))
    yield invalid("the tag backwards", "ModifiedTag", tag=tag[::-1])
    yield invalid("half of the tag, then zeros", "ModifiedTag", tag=tag[:8] + bytes(8))
    yield invalid("a bit of the ciphertext flipped", "ModifiedText", ct=flipped(ct, 319))
    yield invalid("a ciphertext cut by a byte", "ModifiedText", ct=ct[:-1])
    yield invalid("a ciphertext with a zero behind it", "ModifiedText", ct=ct + b"\0")
    yield invalid("a bit of what is associated flipped", "ModifiedAad", aad=flipped(aad, 0))
    yield invalid("a zero behind what is associated", "ModifiedAad", aad=aad + b"\0")
    yield invalid("nothing associated", "ModifiedAad", aad=b"")
    yield invalid("what is associated in front of the ciphertext", "ModifiedAad", aad=b"", ct=aad + ct)
    yield invalid("a bit of the IV flipped", "ModifiedIv", iv=flipped(iv, 95))
    yield invalid("a bit of the key flipped", "ModifiedKey", key=flipped(key, 255))


PLACES = {
    "a value": (place("value", "environment:default", "GOOGLE_API_KEY", 3, "default"), b"AIza-example"),
    "a personal value": (place("value", "user:ann", "OPENAI_API_KEY", 1, "default"), b"sk-example"),
    "a value of many letters": (place("value", "environment:default", "A", 2**31, "default"), "ключ 🔑\n".encode()),
    "an empty value": (place("value", "environment:default", "EMPTY", 1, "default"), b""),
    "a snapshot": (
        place("snapshot", "environment:default", "", 12, "default"),
        b'[["GOOGLE_API_KEY","AIza-example",1,3]]',
    ),
    "a data key": (place("data-key", "environment:default", "00112233445566ff"), some("a data key")),
    "a bridge": (place("root-key", "instance", key_id(some("an older root key"))), some("an older root key")),
    "a piece of a backup": (place("backup", "backup:7d1f", "piece", 7), some("a piece") * 9),
    "the last piece": (place("backup", "backup:7d1f", "last", 8), b"SQLite"),
    "nowhere": (place("value", "", "", 0, "", ""), b"x"),
}


def envelope_cases():
    key, id = some("envelope key"), "a1b2c3d4e5f60718"
    for label, (context, plaintext) in PLACES.items():
        sealed = seal(key, id, context, plaintext)
        yield case(label, "Place", "valid", key=key, keyId=id, context=context, plaintext=plaintext, envelope=sealed)

    context, plaintext = PLACES["a value"]
    data = seal(key, id, context, plaintext)
    derived = AESGCM(hkdf(key, data[9:25], "holdfast/1/envelope"))

    def invalid(comment, flag, **changed):
        whole = dict(key=key, keyId=id, context=context, plaintext=plaintext, envelope=data) | changed
        return case(comment, flag, "invalid", **whole)

    def body(comment, flag, cipher, aad):
        return invalid(comment, flag, envelope=data[:37] + cipher.encrypt(data[25:37], plaintext, aad))

    for label, (other, _) in list(PLACES.items())[1:]:
        yield invalid(f"a value in the place of {label}", "Moved", context=other)
    instance = INSTANCE[:-1] + "9"
    elsewhere = place("snapshot", "user:default", "GOOGLE_API_KEY2", 4, "staging", instance)
    for field, other in elsewhere.items():
        yield invalid(f"another {field}", "Moved", context=context | {field: other})
    shifted = context | dict(environment="defaultG", name="OOGLE_API_KEY")
    yield invalid("a letter moved to the field before", "Moved", context=shifted)
    for part, bit in dict(version=0, id=8, salt=72, iv=200, body=296, tag=len(data) * 8 - 1).items():
        yield invalid(f"a bit of its {part} flipped", "ModifiedBit", envelope=flipped(data, bit))
    for size in [0, 1, 9, 37, 52, len(data) - 1]:
        yield invalid(f"cut to {size} bytes", "Length", envelope=data[:size])
    yield invalid("a zero behind it", "Length", envelope=data + b"\0")
    yield invalid("another key of the same id", "WrongKey", key=some("another key"))
    yield invalid("the same key by another id", "WrongKey", keyId="a1b2c3d4e5f60719")
    yield body("the key itself, not derived", "Derivation", AESGCM(key), data[:9] + associated(context))
    yield body("a header that is not associated", "Associated", derived, associated(context))
    yield body("a place that is not associated", "Associated", derived, data[:9])
    loose = "".join(str(text) for text in context.values()).encode()
    yield body("fields without their lengths", "Associated", derived, data[:9] + loose)


def text_cases():
    """What is given as a root key."""
    root = some("root key")
    good, text = kit(root), base64.b64encode(root).decode()

    def read(comment, flag, result, text):
        return case(comment, flag, result, text=text, id=key_id(root) if result == "valid" else None)

    yield read("as printed", "Kit", "valid", good)
    yield read("in lower case", "Kit", "valid", good.lower())
    yield read("in both cases", "Kit", "valid", good[:20] + good[20:].lower())
    yield read("without hyphens", "Kit", "valid", good.replace("-", ""))
    yield read("with blanks for hyphens", "Kit", "valid", good.replace("-", "  "))
    yield read("over several lines", "Kit", "valid", "\n" + good.replace("-", "-\r\n\t", 5) + "\n\n")
    yield read("base64", "Base64", "valid", text)
    yield read("base64 with a line end", "Base64", "valid", f"  {text}\r\n")
    yield read("base64url without padding", "Base64", "valid", text.translate(str.maketrans("+/", "-_", "=")))
    for at in [10, 40, 69, 78]:
        other = "P" if good[at] == "Q" else "Q"
        yield read(f"character {at} is another", "Slip", "invalid", good[:at] + other + good[at + 1 :])
    yield read("character 10 is one that no kit has", "Slip", "invalid", good[:10] + "B" + good[11:])
    yield read("two neighbours changed places", "Slip", "invalid", good[:12] + good[13] + good[12] + good[14:])
    yield read("a slip in the human part", "Slip", "invalid", "HOLDFASTL" + good[9:])
    yield read("cut by a character", "Cut", "invalid", good[:-1])
    yield read("cut by a group", "Cut", "invalid", good[:-4])
    yield read("the first group alone", "Cut", "invalid", good[:9])
    yield read("a character too many", "TooLong", "invalid", good + "Q")
    yield read("twice", "TooLong", "invalid", good + good)
    yield read("base64 cut by three bytes", "Base64", "invalid", text[:-4])
    yield read("hexadecimal", "Base64", "invalid", root.hex())
    yield read("nothing", "Empty", "invalid", " \n")
    yield read("zeros in base64", "Blank", "invalid", base64.b64encode(bytes(32)).decode())
    yield read("zeros as a kit", "Blank", "invalid", kit(bytes(32)))


def passphrase_cases():
    good = passphrase("correct horse battery")

    def valid(comment, flag, *given):
        return case(comment, flag, "valid", **passphrase(*given))

    def invalid(comment, flag, text=good["passphrase"], **changed):
        return case(comment, flag, "invalid", passphrase=text, derivation=good["derivation"] | changed, rootKey=None)

    yield valid("plain", "Passphrase", "correct horse battery")
    yield valid("blanks count", "Passphrase", " correct horse battery ")
    yield valid("twelve characters of four bytes", "Passphrase", "🔑" * 12)
    yield valid("composed", "Unicode", "z\u00fcrcher str\u00e4sschen")
    yield valid("decomposed", "Unicode", "zu\u0308rcher stra\u0308sschen")
    yield valid("at another cost", "Cost", "correct horse battery", 2**15, 9, 2)
    yield invalid("eleven characters", "Short", "elevenchars")
    yield invalid("eleven once composed", "Short", "e\u0301levenchars")
    yield invalid("cheap", "Cost", n=2**13)
    yield invalid("no power of two", "Cost", n=2**14 + 2)
    yield invalid("a fraction", "Cost", n=2**14 + 0.5)
    yield invalid("too much memory", "Cost", n=2**20, r=32)
    yield invalid("too dear", "Cost", n=2**40)
    yield invalid("a small block", "Cost", r=1)
    yield invalid("too long", "Cost", p=1000)
    yield invalid("another algorithm", "Algorithm", algorithm="pbkdf2")
    yield invalid("a short salt", "Salt", salt="c2FsdA==")
    yield invalid("no salt", "Salt", salt="")


def sealed_key_cases(purpose):
    """A data key under a root key, or a root key under another."""
    root, key = some("root key"), some(f"a sealed {purpose}")
    bridge = purpose == "root-key"
    owner, id = ("instance", key_id(key)) if bridge else ("environment:default", "00112233445566ff")

    def sealed(comment, flag, result, held=key, purpose=purpose, **changed):
        data = seal(root, key_id(root), place(purpose, owner, id), held)
        whole = dict(under=root, instance=INSTANCE, owner=owner, id=id, sealed=data, key=held) | changed
        return case(comment, flag, result, **whole)

    yield sealed("in its place", "Place", "valid")
    yield sealed("under another root key", "WrongKey", "invalid", under=some("another root key"))
    yield sealed("for another instance", "Moved", "invalid", instance=INSTANCE[:-1] + "9")
    yield sealed("by another id", "Moved", "invalid", id="ff00ff00ff00ff00")
    yield sealed("sealed as a value", "Moved", "invalid", purpose="value")
    yield sealed("31 bytes", "Length", "invalid", held=key[:31])
    yield sealed("33 bytes", "Length", "invalid", held=key + b"\0")
    yield sealed("no bytes", "Length", "invalid", held=b"")
    if bridge:
        yield sealed("another key than its id says", "WrongKey", "invalid", held=some("another root key"))
    else:
        yield sealed("for another owner", "Moved", "invalid", owner="user:default")


def vectors():
    return dict(
        gcm=list(gcm_cases()),
        envelopes=list(envelope_cases()),
        rootKeys=[root_key(some(label)) for label in ["root key", "another root key", "an older root key"]],
        rootKeyTexts=list(text_cases()),
        passphrases=list(passphrase_cases()),
        dataKeys=list(sealed_key_cases("data-key")),
        bridges=list(sealed_key_cases("root-key")),
        digests=digests(some("instance key")),
    )


def document():
    root = some("root key")

    def sealed(label, key, id):
        context, plaintext = PLACES[label]
        envelope = seal(key, id, context, plaintext)
        derived, data = hkdf(key, envelope[9:25], "holdfast/1/envelope"), envelope[:9] + associated(context)
        parts = dict(derivedKey=derived, associatedData=data, plaintext=plaintext, envelope=envelope)
        return dict(context=context, **{name: part.hex() for name, part in parts.items()})

    data_key = some("a data key"), PLACES["a data key"][0]["name"]
    return dict(
        rootKey=root_key(root),
        passphrase=passphrase("correct horse battery staple", 2**17),
        dataKey=sealed("a data key", root, key_id(root)),
        value=sealed("a value", *data_key),
        snapshot=sealed("a snapshot", *data_key),
        bridge=sealed("a bridge", root, key_id(root)),
        digests=digests(some("instance key")),
    )


if __name__ == "__main__":
    print(json.dumps(document() if sys.argv[1:] == ["document"] else vectors(), indent=2, ensure_ascii=False))
