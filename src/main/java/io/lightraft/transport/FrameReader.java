package io.lightraft.transport;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads one frame from a JSON object. An unknown, missing or repeated field is an error: a reader that guessed would
 * misread a newer node's line.
 */
final class FrameReader {

    private final JsonParser in;
    /** The fields met so far, as {@link WireField#bit}s. */
    private int seen;

    private long from;
    private long to;
    private long term;
    private long logTerm;
    private long logIndex;
    private long commit;
    private long index;
    private long hint;
    private long hintTerm;
    private long transferee;
    private long firstNumber;
    private long settled;
    private boolean reject;
    private boolean transfer;
    private String context = "";
    private String verdicts = "";
    private boolean content;
    private String hash = "";
    private String engine = "";
    private String standing = "";
    private boolean member;
    private UUID incarnation = new UUID(0, 0);
    private List<Entry> entries = List.of();
    private List<Long> patience = List.of();
    private List<byte[]> commands = List.of();
    private Snapshot snapshot = Snapshot.EMPTY;

    FrameReader(JsonParser in) {
        this.in = in;
    }

    Frame read() throws ProtocolException {
        expect(in.nextToken(), JsonToken.START_OBJECT);
        WireKind kind = kind();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            WireField field = WireField.ofName(name);
            if (field == null || (kind.fields & field.bit()) == 0) {
                throw new ProtocolException("a line of kind " + kind + " has no field " + printable(name));
            }
            if ((seen & field.bit()) != 0) {
                throw new ProtocolException("the field " + field + " comes twice");
            }
            seen |= field.bit();
            in.nextToken();
            read(field);
        }
        expect(in.currentToken(), JsonToken.END_OBJECT);
        if (in.nextToken() != null) {
            throw new ProtocolException("something follows the object in its line");
        }
        if (seen != kind.fields) {
            throw new ProtocolException("a line of kind " + kind + " lacks a field");
        }
        return frame(kind);
    }

    private WireKind kind() throws ProtocolException {
        String name = in.nextName();
        if (name == null || !name.equals(WireField.KIND_NAME.getValue())) {
            throw new ProtocolException("the line does not open with its kind");
        }
        in.nextToken();
        String text = string();
        WireKind kind = WireKind.ofName(text);
        if (kind == null) {
            throw new ProtocolException("a line of the unknown kind " + printable(text));
        }
        return kind;
    }

    private void read(WireField field) throws ProtocolException {
        switch (field) {
            case FROM -> from = number();
            case TO -> to = number();
            case TERM -> term = number();
            case LOG_TERM -> logTerm = number();
            case LOG_INDEX -> logIndex = number();
            case COMMIT -> commit = number();
            case INDEX -> index = number();
            case REJECT -> reject = bool();
            case HINT -> hint = number();
            case HINT_TERM -> hintTerm = number();
            case CONTEXT -> context = string();
            case TRANSFER -> transfer = bool();
            case TRANSFEREE -> transferee = number();
            case ENTRIES -> entries = entries();
            case SNAPSHOT -> snapshot = snapshot();
            case INCARNATION -> incarnation = uuid();
            case FIRST_NUMBER -> firstNumber = number();
            case SETTLED -> settled = number();
            case PATIENCE -> patience = numbers();
            case COMMANDS -> commands = commands();
            case VERDICTS -> verdicts = string();
            case CONTENT -> content = bool();
            case HASH -> hash = string();
            case ENGINE -> engine = string();
            case STANDING -> standing = string();
            case MEMBER -> member = bool();
        }
    }

    private Frame frame(WireKind kind) throws ProtocolException {
        return switch (kind) {
            case PROPOSALS -> {
                if (patience.size() != commands.size()) {
                    throw new ProtocolException("as many commands as limits of patience expected");
                }
                yield new Frame.Proposals(incarnation, term, firstNumber, settled, patience, commands);
            }
            case VERDICTS -> new Frame.Verdicts(incarnation, term, firstNumber, verdictsOf(verdicts));
            case NOT_MEMBER -> new Frame.NotMember(index);
            case HASH -> new Frame.Hash(content, index, hash, engine);
            case STATE_WANTED -> new Frame.StateWanted(index);
            case PRESENCE -> new Frame.Presence(standingOf(standing));
            case JOIN -> new Frame.Join(incarnation);
            case ADMISSION -> new Frame.Admission(incarnation, member, term, index);
            default -> new Frame.Raft(message(kind));
        };
    }

    private Message message(WireKind kind) {
        return switch (kind) {
            case APPEND_ENTRIES -> new Message.AppendEntries(from, to, term, logTerm, logIndex, entries, commit);
            case APPEND_ENTRIES_RESPONSE ->
                new Message.AppendEntriesResponse(from, to, term, index, reject, hint, hintTerm);
            case HEARTBEAT -> new Message.Heartbeat(from, to, term, commit, context);
            case HEARTBEAT_RESPONSE -> new Message.HeartbeatResponse(from, to, term, context);
            case REQUEST_VOTE -> new Message.RequestVote(from, to, term, logTerm, logIndex, transfer);
            case REQUEST_VOTE_RESPONSE -> new Message.RequestVoteResponse(from, to, term, reject);
            case REQUEST_PRE_VOTE -> new Message.RequestPreVote(from, to, term, logTerm, logIndex);
            case REQUEST_PRE_VOTE_RESPONSE -> new Message.RequestPreVoteResponse(from, to, term, reject);
            case INSTALL_SNAPSHOT -> new Message.InstallSnapshot(from, to, term, snapshot);
            case READ_INDEX -> new Message.ReadIndex(from, to, term, context);
            case READ_INDEX_RESPONSE -> new Message.ReadIndexResponse(from, to, term, index, context);
            case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, term);
            case COMMITTED -> new Message.Committed(from, to, term, logTerm, index);
            case TRANSFER_LEADERSHIP -> new Message.TransferLeadership(from, to, term, transferee);
            case PROPOSE -> new Message.Propose(from, to, term, entries);
            case PROPOSALS, VERDICTS, HASH, STATE_WANTED, NOT_MEMBER, PRESENCE, JOIN, ADMISSION ->
                throw new IllegalArgumentException(kind + " is no message of the core");
        };
    }

    private List<Entry> entries() throws ProtocolException {
        List<Entry> list = new ArrayList<>();
        expect(in.currentToken(), JsonToken.START_ARRAY);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(in.currentToken(), JsonToken.START_ARRAY);
            long entryTerm = nextNumber();
            long entryIndex = nextNumber();
            EntryType type = typeOf(nextNumber());
            byte[] data = nextBinary();
            expect(in.nextToken(), JsonToken.END_ARRAY);
            list.add(new Entry(entryTerm, entryIndex, type, data));
        }
        return Collections.unmodifiableList(list);
    }

    private List<byte[]> commands() throws ProtocolException {
        List<byte[]> list = new ArrayList<>();
        expect(in.currentToken(), JsonToken.START_ARRAY);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            list.add(binary());
        }
        return Collections.unmodifiableList(list);
    }

    private Snapshot snapshot() throws ProtocolException {
        expect(in.currentToken(), JsonToken.START_ARRAY);
        long snapshotIndex = nextNumber();
        long snapshotTerm = nextNumber();
        List<Long> voters = nextIds();
        List<Long> learners = nextIds();
        List<Long> votersOutgoing = nextIds();
        List<Long> learnersNext = nextIds();
        in.nextToken();
        ConfState conf = new ConfState(voters, learners, votersOutgoing, learnersNext, bool());
        byte[] data = nextBinary();
        expect(in.nextToken(), JsonToken.END_ARRAY);
        return new Snapshot(new SnapshotMetadata(conf, snapshotIndex, snapshotTerm), data);
    }

    private List<Long> nextIds() throws ProtocolException {
        in.nextToken();
        return numbers();
    }

    private List<Long> numbers() throws ProtocolException {
        List<Long> numbers = new ArrayList<>();
        expect(in.currentToken(), JsonToken.START_ARRAY);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            numbers.add(number());
        }
        return numbers;
    }

    private long nextNumber() throws ProtocolException {
        in.nextToken();
        return number();
    }

    private byte[] nextBinary() throws ProtocolException {
        in.nextToken();
        return binary();
    }

    private long number() throws ProtocolException {
        expect(in.currentToken(), JsonToken.VALUE_NUMBER_INT);
        return in.getLongValue();
    }

    private byte[] binary() throws ProtocolException {
        expect(in.currentToken(), JsonToken.VALUE_STRING);
        try {
            // As in FrameWriter; for the usual few hundred bytes this takes two thirds of the parser's own time.
            return Base64.getDecoder().decode(in.getString());
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("data that is no base64", e);
        }
    }

    private String string() throws ProtocolException {
        expect(in.currentToken(), JsonToken.VALUE_STRING);
        return in.getString();
    }

    private boolean bool() throws ProtocolException {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw new ProtocolException("true or false expected, but there is " + token);
        }
        return token == JsonToken.VALUE_TRUE;
    }

    private UUID uuid() throws ProtocolException {
        try {
            return UUID.fromString(string());
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("an incarnation that is no UUID", e);
        }
    }

    private static EntryType typeOf(long code) throws ProtocolException {
        if (code == 0) {
            return EntryType.NORMAL;
        }
        if (code == 1) {
            return EntryType.CONF_CHANGE;
        }
        if (code == 2) {
            return EntryType.CONF_CHANGE_V2;
        }
        throw new ProtocolException("an entry of the unknown type " + code);
    }

    private static Frame.Standing standingOf(String letter) throws ProtocolException {
        return switch (letter) {
            case "b" -> Frame.Standing.BLANK;
            case "f" -> Frame.Standing.FRESH;
            case "o" -> Frame.Standing.FORMED;
            default -> throw new ProtocolException("an unknown standing");
        };
    }

    private static List<Frame.Verdict> verdictsOf(String letters) throws ProtocolException {
        List<Frame.Verdict> list = new ArrayList<>(letters.length());
        for (int i = 0; i < letters.length(); i++) {
            list.add(
                    switch (letters.charAt(i)) {
                        case 'a' -> Frame.Verdict.APPENDED;
                        case 'b' -> Frame.Verdict.BUSY;
                        case 't' -> Frame.Verdict.TRANSFERRING;
                        case 'h' -> Frame.Verdict.HELD;
                        case 'f' -> Frame.Verdict.DISK_FULL;
                        case 'u' -> Frame.Verdict.UNREADABLE;
                        default -> throw new ProtocolException("an unknown verdict");
                    });
        }
        return Collections.unmodifiableList(list);
    }

    private static void expect(@Nullable JsonToken actual, JsonToken expected) throws ProtocolException {
        if (actual != expected) {
            throw new ProtocolException(expected + " expected, but there is " + actual);
        }
    }

    /** What a peer sent may end up in a log line, so it is shortened and kept to one line. */
    private static String printable(String text) {
        String head = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        return "'" + head.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
