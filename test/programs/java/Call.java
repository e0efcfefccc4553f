import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.Arrays;
import javax.net.ssl.*;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.*;

/** Calls methods with texts, `--` between them, as the Java wrapper does: a PKCS#12 file, HttpsURLConnection, and the platform's own XML reader. Prints each member of the result. */
public class Call {
  public static void main(String[] args) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    char[] word = System.getenv("STORE_WORD").toCharArray();
    own.load(new FileInputStream(args[1]), word);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(own, word);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[2])));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String line : String.join("\u001f", Arrays.copyOfRange(args, 3, args.length)).split("\u001f--\u001f")) {
      String[] parts = line.split("\u001f", -1);
      StringBuilder call = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodCall><methodName>" + parts[0] + "</methodName><params>");
      for (int i = 1; i < parts.length; i++)
        call.append("<param><value>").append(parts[i].replace("&", "&amp;").replace("<", "&lt;")).append("</value></param>");
      call.append("</params></methodCall>");
      HttpsURLConnection connection = (HttpsURLConnection) new URL(args[0]).openConnection();
      connection.setSSLSocketFactory(tls.getSocketFactory());
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "text/xml");
      connection.getOutputStream().write(call.toString().getBytes(StandardCharsets.UTF_8));
      Document reply = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(connection.getInputStream());
      NodeList members = reply.getElementsByTagName("member");
      for (int i = 0; i < members.getLength(); i++) {
        Element member = (Element) members.item(i);
        out.println(member.getElementsByTagName("name").item(0).getTextContent() + "=" + member.getElementsByTagName("value").item(0).getTextContent());
      }
    }
  }
}
