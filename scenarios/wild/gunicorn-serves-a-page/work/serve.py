"""Start a server, ask it for a page, stop it, and say how it ended."""
import subprocess
import sys
import time
import urllib.error
import urllib.request

server = subprocess.Popen(sys.argv[2:], stdout=open("log", "w"), stderr=subprocess.STDOUT)
for _ in range(400):
    try:
        answer = urllib.request.urlopen(sys.argv[1])
        print(answer.status, answer.read().decode())
        break
    except urllib.error.URLError:
        time.sleep(0.1)
server.terminate()
print("ended", server.wait(30) in (0, -15))
