package io.lightraft.transport;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;

/** Writes one frame as a JSON object. */
final class FrameWriter {

    private final JsonGenerator out;

    FrameWriter(JsonGenerator out) {
        this.out = out;
    }

    void write(Frame frame) {
        out.writeStartObject();
        if (frame instanceof Frame.Raft raft) {
            write(raft.message());
        } else if (frame instanceof Frame.Proposals proposals) {
            kind(WireKind.PROPOSALS);
            batch(proposals.incarnation(), proposals.term(), proposals.firstNumber());
            number(WireField.SETTLED, proposals.settled());
            out.writeName(WireField.PATIENCE.name);
            numbers(proposals.patienceMillis());
            out.writeName(WireField.COMMANDS.name);
            out.writeStartArray();
            for (byte[] command : proposals.commands()) {
                binary(command);
            }
            out.writeEndArray();
        } else if (frame instanceof Frame.Verdicts verdicts) {
            kind(WireKind.VERDICTS);
            batch(verdicts.incarnation(), verdicts.term(), verdicts.firstNumber());
            StringBuilder letters = new StringBuilder(verdicts.verdicts().size());
            for (Frame.Verdict verdict : verdicts.verdicts()) {
                letters.append(letterOf(verdict));
            }
            string(WireField.VERDICTS, letters.toString());
        } else if (frame instanceof Frame.Hash hash) {
            kind(WireKind.HASH);
            bool(WireField.CONTENT, hash.content());
            number(WireField.INDEX, hash.index());
            string(WireField.HASH, hash.hash());
            string(WireField.ENGINE, hash.engine());
        } else if (frame instanceof Frame.StateWanted wanted) {
            kind(WireKind.STATE_WANTED);
            number(WireField.INDEX, wanted.leastIndex());
        } else if (frame instanceof Frame.NotMember outsider) {
            kind(WireKind.NOT_MEMBER);
            number(WireField.INDEX, outsider.index());
        } else if (frame instanceof Frame.Presence presence) {
            kind(WireKind.PRESENCE);
            string(WireField.STANDING, letterOf(presence.standing()));
        } else if (frame instanceof Frame.Join join) {
            kind(WireKind.JOIN);
            string(WireField.INCARNATION, join.incarnation().toString());
        } else if (frame instanceof Frame.Admission admission) {
            kind(WireKind.ADMISSION);
            string(WireField.INCARNATION, admission.incarnation().toString());
            bool(WireField.MEMBER, admission.member());
            number(WireField.TERM, admission.term());
            number(WireField.INDEX, admission.index());
        }
        out.writeEndObject();
    }

    private void write(Message message) {
        if (message instanceof Message.AppendEntries m) {
            head(WireKind.APPEND_ENTRIES, m);
            number(WireField.LOG_TERM, m.prevLogTerm());
            number(WireField.LOG_INDEX, m.prevLogIndex());
            number(WireField.COMMIT, m.commit());
            entries(m.entries());
        } else if (message instanceof Message.AppendEntriesResponse m) {
            head(WireKind.APPEND_ENTRIES_RESPONSE, m);
            number(WireField.INDEX, m.index());
            bool(WireField.REJECT, m.reject());
            number(WireField.HINT, m.hint());
            number(WireField.HINT_TERM, m.hintTerm());
        } else if (message instanceof Message.Heartbeat m) {
            head(WireKind.HEARTBEAT, m);
            number(WireField.COMMIT, m.commit());
            string(WireField.CONTEXT, m.context());
        } else if (message instanceof Message.HeartbeatResponse m) {
            head(WireKind.HEARTBEAT_RESPONSE, m);
            string(WireField.CONTEXT, m.context());
        } else if (message instanceof Message.RequestVote m) {
            head(WireKind.REQUEST_VOTE, m);
            number(WireField.LOG_TERM, m.lastLogTerm());
            number(WireField.LOG_INDEX, m.lastLogIndex());
            bool(WireField.TRANSFER, m.transfer());
        } else if (message instanceof Message.RequestVoteResponse m) {
            head(WireKind.REQUEST_VOTE_RESPONSE, m);
            bool(WireField.REJECT, m.reject());
        } else if (message instanceof Message.RequestPreVote m) {
            head(WireKind.REQUEST_PRE_VOTE, m);
            number(WireField.LOG_TERM, m.lastLogTerm());
            number(WireField.LOG_INDEX, m.lastLogIndex());
        } else if (message instanceof Message.RequestPreVoteResponse m) {
            head(WireKind.REQUEST_PRE_VOTE_RESPONSE, m);
            bool(WireField.REJECT, m.reject());
        } else if (message instanceof Message.InstallSnapshot m) {
            head(WireKind.INSTALL_SNAPSHOT, m);
            snapshot(m.snapshot());
        } else if (message instanceof Message.ReadIndex m) {
            head(WireKind.READ_INDEX, m);
            string(WireField.CONTEXT, m.context());
        } else if (message instanceof Message.ReadIndexResponse m) {
            head(WireKind.READ_INDEX_RESPONSE, m);
            number(WireField.INDEX, m.index());
            string(WireField.CONTEXT, m.context());
        } else if (message instanceof Message.TimeoutNow m) {
            head(WireKind.TIMEOUT_NOW, m);
        } else if (message instanceof Message.Committed m) {
            head(WireKind.COMMITTED, m);
            number(WireField.LOG_TERM, m.logTerm());
            number(WireField.INDEX, m.index());
        } else if (message instanceof Message.TransferLeadership m) {
            head(WireKind.TRANSFER_LEADERSHIP, m);
            number(WireField.TRANSFEREE, m.transferee());
        } else if (message instanceof Message.Propose m) {
            head(WireKind.PROPOSE, m);
            entries(m.entries());
        } else {
            throw new IllegalArgumentException(
                    message.getClass().getSimpleName() + " is for the node's own workers, not for peers");
        }
    }

    private void kind(WireKind kind) {
        out.writeName(WireField.KIND_NAME);
        out.writeString(kind.name);
    }

    private void head(WireKind kind, Message message) {
        kind(kind);
        number(WireField.FROM, message.from());
        number(WireField.TO, message.to());
        number(WireField.TERM, message.term());
    }

    private void batch(UUID incarnation, long term, long firstNumber) {
        string(WireField.INCARNATION, incarnation.toString());
        number(WireField.TERM, term);
        number(WireField.FIRST_NUMBER, firstNumber);
    }

    private void number(WireField field, long value) {
        out.writeName(field.name);
        out.writeNumber(value);
    }

    private void bool(WireField field, boolean value) {
        out.writeName(field.name);
        out.writeBoolean(value);
    }

    private void string(WireField field, String value) {
        out.writeName(field.name);
        out.writeString(value);
    }

    private void entries(List<Entry> entries) {
        out.writeName(WireField.ENTRIES.name);
        out.writeStartArray();
        for (Entry entry : entries) {
            out.writeStartArray();
            out.writeNumber(entry.term());
            out.writeNumber(entry.index());
            out.writeNumber(codeOf(entry.type()));
            binary(entry.data());
            out.writeEndArray();
        }
        out.writeEndArray();
    }

    private void snapshot(Snapshot snapshot) {
        ConfState conf = snapshot.metadata().confState();
        out.writeName(WireField.SNAPSHOT.name);
        out.writeStartArray();
        out.writeNumber(snapshot.metadata().index());
        out.writeNumber(snapshot.metadata().term());
        numbers(conf.voters());
        numbers(conf.learners());
        numbers(conf.votersOutgoing());
        numbers(conf.learnersNext());
        out.writeBoolean(conf.autoLeave());
        binary(snapshot.data());
        out.writeEndArray();
    }

    /** By the JDK's encoder, which the JIT turns into vector instructions; the generator's own takes thrice the time. */
    private void binary(byte[] data) {
        byte[] base64 = Base64.getEncoder().encode(data);
        out.writeRawUTF8String(base64, 0, base64.length);
    }

    private void numbers(List<Long> numbers) {
        out.writeStartArray();
        for (long number : numbers) {
            out.writeNumber(number);
        }
        out.writeEndArray();
    }

    // Written out, as an enum's ordinals would change with its order.
    private static int codeOf(EntryType type) {
        return switch (type) {
            case NORMAL -> 0;
            case CONF_CHANGE -> 1;
            case CONF_CHANGE_V2 -> 2;
        };
    }

    private static String letterOf(Frame.Standing standing) {
        return switch (standing) {
            case BLANK -> "b";
            case FRESH -> "f";
            case FORMED -> "o";
        };
    }

    private static char letterOf(Frame.Verdict verdict) {
        return switch (verdict) {
            case APPENDED -> 'a';
            case BUSY -> 'b';
            case TRANSFERRING -> 't';
            case HELD -> 'h';
            case DISK_FULL -> 'f';
            case UNREADABLE -> 'u';
        };
    }
}
