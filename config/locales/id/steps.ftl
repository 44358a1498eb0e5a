# The twelve steps of an application.

step-head = <b>Langkah { $n } dari { $of } · { $title }</b>
answers-so-far = <i>{ $answers }</i>
answer-now = Jawaban sekarang: <b>{ $answer }</b>. Ketik untuk mengganti, atau ketuk Lanjut.
answer-photo = ✓ sudah dikirim
answer-none = –

title-service = Layanan
title-age = Dewasa atau anak
title-office = Kantor
title-passport = Paspor
title-purpose = Tujuan
title-earlier = Paspor sebelumnya
title-never-doubt = Paspor sebelumnya
title-number = Nomor paspor lama
title-name = Nama
title-nik = NIK
title-birth = Tanggal lahir
title-doubt = Periksa data diri
title-ektp = Foto eKTP
title-kk = Foto KK
title-old-passport = Foto paspor lama
title-date = Tanggal kedatangan
title-hour = Jam
title-review = Periksa semua

service-regular = Reguler
service-expedited = Percepatan (selesai hari yang sama)
service-lost = Paspor hilang (BAP)
service-damaged = Paspor rusak (BAP)
age-adult = Dewasa (17 tahun ke atas)
age-child = Anak (di bawah 17 tahun)
passport-ordinary-5 = Biasa 5 tahun
passport-ordinary-10 = Biasa 10 tahun
passport-electronic-5 = Elektronik 5 tahun
passport-electronic-10 = Elektronik 10 tahun
purpose-tourism = Wisata
purpose-umrah = Umrah
purpose-hajj = Haji
purpose-work = Bekerja (formal)
purpose-migrant = Pekerja migran (PMI)
purpose-study = Belajar
purpose-treatment = Berobat
earlier-never = Belum pernah punya
earlier-expired = Punya, masa berlaku habis
earlier-full = Punya, halaman penuh

ask-service = Layanan mana yang Anda perlukan? Percepatan menambah biaya { $expedited }.
service-interview = Paspor hilang atau rusak dimulai dengan wawancara (BAP) di kantor imigrasi. Dendanya { $lost } (hilang) atau { $damaged } (rusak); keputusan ada pada petugas.
ask-age = Paspor ini untuk siapa? Anak di bawah 17 tahun mendapat paspor 5 tahun.
ask-office = Di kantor imigrasi mana? Pilih dari daftar, atau ketik sebagian nama atau kotanya.
office-page = Halaman { $page } dari { $pages } · { $count } kantor
office-search = 🔎 Hasil untuk “{ $text }”:
office-not-found = 🔎 Tidak ada kantor yang cocok dengan “{ $text }”. Coba nama kota lain, atau pilih dari daftar.
ask-office-first = Kantor belum dipilih. Ketuk Kembali untuk memilihnya.
ask-passport = Paspor mana yang Anda inginkan? Biaya sudah termasuk layanan yang Anda pilih.
ask-passport-none = Kantor ini belum menerbitkan paspor untuk pilihan Anda. Ketuk Kembali dan pilih kantor lain.
passport-unfit = ⚠️ Paspor yang Anda pilih tidak diterbitkan kantor ini untuk usia atau tanggal tersebut. Silakan pilih lagi.
ask-purpose = Untuk apa paspor ini?
ask-earlier = Apakah Anda pernah punya paspor?
    Jawab dengan jujur: jawaban “belum pernah” yang keliru membuat permohonan ditolak dan biaya hangus.
ask-never-doubt = ⚠️ <b>Benar-benar belum pernah punya paspor?</b>
    Bila data imigrasi menunjukkan Anda pernah punya atau pernah mengajukan paspor, permohonan ditolak dan biaya tidak kembali.
ask-number = Ketik nomor paspor lama Anda, misalnya <b>A1234567</b>. Nomornya ada di halaman data.
ask-name = Ketik nama lengkap seperti di eKTP, atau di KK bila belum punya eKTP.
ask-nik =
    { $age ->
        [child] Ketik NIK anak (16 angka), ada di Kartu Keluarga.
       *[other] Ketik NIK Anda (16 angka), ada di eKTP.
    }
nik-length = ⚠️ NIK terdiri dari 16 angka; yang Anda ketik { $digits }. Periksa lagi, ya.
nik-not-digits = ⚠️ NIK hanya berisi angka, tanpa huruf. Periksa lagi, ya.
nik-region = ⚠️ Enam angka pertama NIK adalah kode wilayah, dan yang ini tidak ada. Periksa lagi, ya.
nik-date = ⚠️ Angka ke-7 sampai ke-12 NIK adalah tanggal lahir, dan tanggal ini tidak ada. Periksa lagi, ya.
nik-serial = ⚠️ Empat angka terakhir NIK tidak mungkin 0000. Periksa lagi, ya.
ask-birth = Ketik tanggal lahir: tanggal-bulan-tahun, misalnya <b>12-08-1990</b>.
birth-impossible = ⚠️ { $date } tidak mungkin menjadi tanggal lahir. Periksa tahunnya, ya.
doubt-birth-in-nik = ⚠️ Tanggal lahir yang Anda ketik tidak sama dengan yang ada di NIK.
doubt-age = ⚠️ Menurut tanggal lahir, pilihan dewasa/anak tidak cocok.
ask-doubt = Kalau memang begitu di dokumen Anda, lanjutkan saja dan siapkan dokumen asli. Kalau tidak, perbaiki dulu.
ask-ektp =
    { $age ->
        [child] Kirim <b>foto eKTP ayah atau ibu</b>.
       *[other] Kirim <b>foto eKTP</b> Anda.
    } Seluruh kartu terlihat, tulisan terbaca.
ask-kk = Kirim <b>foto Kartu Keluarga (KK)</b>. Seluruh halaman terlihat, tulisan terbaca.
ask-old-passport = Kirim <b>foto halaman data paspor lama</b>: halaman dengan foto dan nomor paspor.
photo-limit = Kirim sebagai foto (JPG/PNG), paling besar { $mb } MB. Bukan PDF atau video.
photo-taken = ✓ Foto sudah diterima. Kirim foto lain untuk mengganti, atau ketuk Lanjut.
photo-thanks = ✓ Foto diterima.
photo-same = ⚠️ Foto ini sama dengan foto dokumen sebelumnya. Kirim foto dokumen yang diminta.
photo-not-now = 💡 Foto tidak diperlukan di langkah ini. Silakan ikuti petunjuk di bawah.
photo-too-large = ⚠️ Berkas itu lebih besar dari { $mb } MB. Kirim sebagai foto biasa, nanti ukurannya mengecil sendiri.
photo-empty = ⚠️ Foto itu kosong atau rusak. Ambil foto lagi, lalu kirim ulang.
photo-pdf = ⚠️ PDF belum bisa dibaca di sini. Buka dokumennya, foto halamannya, lalu kirim fotonya.
photo-video = ⚠️ Itu video. Yang diperlukan sebuah foto; kirim fotonya lewat tombol lampiran (📎).
photo-document = ⚠️ Berkas itu bukan foto. Kirim foto (JPG atau PNG) lewat tombol lampiran (📎).

ask-date = Pilih tanggal kedatangan di { $office }. Anda juga bisa mengetik tanggalnya.
ask-date-first = Tanggal belum dipilih. Ketuk Kembali untuk memilihnya.
calendar-free-days = Tanggal terdekat yang ada tempat:
calendar-free-day = 🟢 { $date } · sisa { $left }
calendar-none-free = 🔴 Tidak ada tempat tersisa pada { $month }. Coba bulan lain, kantor lain, atau /langganan untuk dikabari.
calendar-none-open = 🔒 Kuota { $month } belum dibuka di kantor ini. Pilih kantor lain, atau ketik /langganan untuk dikabari saat dibuka.
calendar-own = 📍 jadwal Anda sekarang
calendar-legend = 🟢 ada tempat · 🔴 penuh · 🔒 belum dibuka · titik (·) tutup
day-full = 🔴 Tanggal itu sudah penuh. Pilih tanggal bertanda 🟢.
day-closed = Kantor tutup atau tanggalnya sudah lewat. Pilih tanggal bertanda 🟢.
day-not-open = 🔒 Kuota tanggal itu belum dibuka. Ketik /langganan untuk dikabari.
day-same = Itu tanggal jadwal Anda sekarang. Pilih tanggal lain.
day-nothing = Ketuk hari bertanda 🟢.
ask-hour = <b>{ $date }</b>
    Pilih jam kedatangan ({ $zone }). Tempat Anda langsung ditahan { $minutes } menit.
ask-hour-none = <b>{ $date }</b>
    Tidak ada jam yang dibuka pada tanggal ini. Ketuk Kembali dan pilih tanggal lain.
hour-free = 🟢 { $window } · sisa { $left }
hour-full = 🔴 { $window } · penuh
hour-waiting = ⏳ Menahan tempat Anda: <b>{ $slot }</b>…
    Layar ini berganti sendiri begitu ada jawaban.
nearest-hours = Jam terdekat yang masih ada tempat:
nearest-hour = 🟢 { $date }, { $window } · sisa { $left }
nearest-none = Bulan itu tidak ada jam lain yang kosong. Ketuk Kembali untuk melihat bulan lain.
held = 🟢 Tempat Anda ditahan sampai <b>{ $until }</b>. Lanjutkan permohonan dan kirim sebelum jam itu.
hold-full = 🔴 Maaf, jam { $window } sudah penuh.
    { $nearest }
hold-over = ⚠️ Waktu menahan tempat sudah habis. Jawaban Anda tetap tersimpan: lanjutkan permohonan dan pilih jam lagi.
hold-refused = ⚠️ Tempat itu tidak dapat ditahan. Jawaban Anda tetap tersimpan: lanjutkan permohonan dan pilih jam lagi.
limit-reached = ⚠️ Satu akun dapat memiliki paling banyak { $max } permohonan aktif. Bayar, batalkan, atau tunggu salah satunya selesai dulu.

ask-review = Periksa semua data. Ketuk bagian yang ingin diperbaiki, atau kirim.
review-line = { $title }: <b>{ $answer }</b>
review-fee = Biaya: <b>{ $amount }</b>
review-kept-until = 🟢 Tempat Anda ditahan sampai <b>{ $until }</b>. Kirim sebelum jam itu.
review-kept-no-more = 🔴 Waktu menahan tempat sudah habis pada { $until }. Pilih jam lagi lewat “Jam”.
review-incomplete = ⚠️ Masih ada yang belum dijawab. Lengkapi dulu, ya.
review-waiting = ⏳ Meminta kode bayar… Layar ini berganti sendiri begitu kodenya terbit.
again-answers-kept = ✓ Jawaban Anda yang lalu dipakai lagi. Tinggal pilih jadwal; semuanya masih bisa diperbaiki nanti.
again-answers-gone = ⚠️ Jawaban Anda yang lalu sudah tidak tersimpan. Silakan isi dari awal.
again-draft-first = 💡 Permohonan ini belum selesai. Selesaikan atau batalkan dulu, lalu ketuk “Ajukan lagi” sekali lagi.
