import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Masks texts as AKHQ 0.24.0's MaskingUtils does, in the language whose expressions they are. */
public class Mask {
    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        String[][] filters = new String[in.readInt()][];
        for (int i = 0; i < filters.length; i++) filters[i] = new String[] {read(in), read(in)};
        for (int texts = in.readInt(); texts > 0; texts--) {
            String text = read(in);
            long start = System.nanoTime();
            try {
                for (String[] filter : filters) text = text.replaceAll(filter[0], filter[1]);
            } catch (StackOverflowError error) {
                text = "stack overflow";
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt((int) ((System.nanoTime() - start) / 1_000_000));
            out.writeInt(bytes.length);
            out.write(bytes);
        }
        out.flush();
    }

    private static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
