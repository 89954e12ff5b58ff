yt-dlp --version
yt-dlp --help
